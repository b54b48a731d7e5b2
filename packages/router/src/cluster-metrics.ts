import { AggregatorRegistry, type Registry } from 'prom-client'

/** In a worker: hands over its metrics when the primary asks. */
export function answerForMetrics(registry: Registry): void {
  AggregatorRegistry.setRegistries(registry)
  new AggregatorRegistry()
}

/** In the primary: the metrics of all workers together, in the text format of Prometheus. */
export function clusterMetrics(): () => Promise<string> {
  const all = new AggregatorRegistry()
  return () => all.clusterMetrics()
}

const spec2025 = '2025-11-25, basic/transports'
const mrtr = '2026-07-28, basic/patterns/mrtr, "Core Types"'
const noPriming = `${spec2025}, "Sending Messages to the Server", 5: a server answers with a stream or with JSON, as it likes. This tool of the test server ends its own stream, which a server over stdio has not; the bridge answers with JSON, so there is no stream to look at.`
const ownKeys = `${mrtr}: keys of inputRequests are "server assigned identifiers". The child asks by elicitation/create, which has no key; the bridge gives one. The suite looks for the name that its own server chose.`
const refused =
  '2025-11-25, basic/lifecycle, "Capability Negotiation": the child was told at initialize what the client can do and does not ask for more. It refuses in its own result before it asks, so nothing is left to reject with -32021.'

const ownChild =
  '2025-11-25, basic/lifecycle, "Initialization": a server is told once what its client can do, so a client with other capabilities gets a child of its own. The suite gives this call 600 ms, and on a busy machine the start of the test server alone takes longer.'

/** Those that come out the same where the machine is quick enough. */
export const dependsOnSpeed: readonly string[] = [
  'server-stateless/sep-2575-http-server-no-independent-requests-on-stream',
]

/** Why a check comes out another way through the stdio bridge: `<scenario>/<check>` to the spec's reason. */
export const bridgeDifferences: Readonly<Record<string, string>> = {
  'dns-rebinding-protection/localhost-host-rebinding-rejected': `${spec2025}, "Security Warning": Host and Origin are checked where the endpoint is open to browsers, which is the router. The bridge listens inside a container whose one caller is the router.`,
  'server-sse-multiple-streams/server-sse-streams-functional': noPriming,
  'server-sse-polling/incoming-response': noPriming,
  'server-sse-polling/incoming-sse-event': noPriming,
  'server-sse-polling/outgoing-request': noPriming,
  'server-sse-polling/server-sse-content-type': noPriming,
  'server-sse-polling/server-sse-disconnect-resume': noPriming,
  'server-sse-polling/server-sse-priming-event': noPriming,
  'server-sse-polling/server-sse-retry-field': noPriming,
  'server-sse-polling/stream-closed': noPriming,
  'input-required-result-basic-elicitation/sep-2322-elicitation-complete': ownKeys,
  'input-required-result-basic-elicitation/sep-2322-elicitation-incomplete': ownKeys,
  'input-required-result-ignore-extra-params/sep-2322-ignore-unexpected-params': ownKeys,
  'server-stateless/sep-2575-http-server-no-independent-requests-on-stream': ownChild,
  'server-stateless/sep-2575-missing-capability-http-400': refused,
  'server-stateless/sep-2575-server-rejects-undeclared-capability': refused,
}

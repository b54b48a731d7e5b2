import { randomUUID } from 'node:crypto'
import { Duplex } from 'node:stream'
import { Server, ServerCredentials, type ServiceDefinition, status } from '@grpc/grpc-js'
import { AppError } from '@moorage/domain/error'
import type Docker from 'dockerode'
import protobuf from 'protobufjs'
import { dial } from './engine.ts'

export type BuildSession = { id: string; close(): void }

/**
 * BuildKit asks its client for build secrets over gRPC, on a connection that the client opened
 * (POST /session, then HTTP/2 the other way round). They pass through the engine's memory into a
 * tmpfs of the one RUN that mounts them, and nowhere else.
 */
export async function openBuildSession(
  docker: Docker,
  secrets: ReadonlyMap<string, Buffer>,
): Promise<BuildSession> {
  const id = randomUUID()
  const socket = await dialSession(docker, id)
  const server = new Server()
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  server.addService(secretsService, {
    getSecret: (call: { request: SecretRequest }, reply: Reply) => {
      const data = secrets.get(call.request.id)
      if (data) return reply(null, { data })
      reply({ code: status.NOT_FOUND, details: `no secret ${call.request.id}` })
    },
  })
  // The engine asks twice a second, and drops a session that does not answer.
  server.addService(healthService, {
    check: (_: unknown, reply: Reply) => reply(null, { status: 1 }),
  })
  injector.injectConnection(socket)
  return {
    id,
    close() {
      server.forceShutdown()
      injector.destroy()
      socket.destroy()
    },
  }
}

type SecretRequest = { id: string }
type Reply = (error: { code: status; details: string } | null, answer?: object) => void

async function dialSession(docker: Docker, id: string): Promise<Duplex> {
  const socket = await dial(docker, {
    method: 'POST',
    path: '/session',
    hijack: true,
    headers: {
      Upgrade: 'h2c',
      'X-Docker-Expose-Session-Uuid': id,
      'X-Docker-Expose-Session-Name': 'moorage',
      'X-Docker-Expose-Session-Grpc-Method': [secretsPath, healthPath],
    },
  })
  if (socket instanceof Duplex) return socket
  throw new AppError('unavailable', 'The container engine opened no build session.')
}

// From moby/buildkit session/secrets/secrets.proto and grpc/health/v1/health.proto.
const types = protobuf.Root.fromJSON({
  nested: {
    SecretRequest: { fields: { id: { type: 'string', id: 1 } } },
    SecretResponse: { fields: { data: { type: 'bytes', id: 1 } } },
    HealthRequest: { fields: { service: { type: 'string', id: 1 } } },
    HealthResponse: { fields: { status: { type: 'int32', id: 1 } } },
  },
})

const secretsPath = '/moby.buildkit.secrets.v1.Secrets/GetSecret'
const healthPath = '/grpc.health.v1.Health/Check'

const secretsService: ServiceDefinition = {
  getSecret: method(secretsPath, 'SecretRequest', 'SecretResponse'),
}
const healthService: ServiceDefinition = {
  check: method(healthPath, 'HealthRequest', 'HealthResponse'),
}

function method(path: string, request: string, response: string) {
  const requestType = types.lookupType(request)
  const responseType = types.lookupType(response)
  const from = (type: protobuf.Type) => (bytes: Buffer) =>
    type.toObject(type.decode(bytes), { defaults: true })
  const to = (type: protobuf.Type) => (value: object) =>
    Buffer.from(type.encode(type.fromObject(value)).finish())
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: to(requestType),
    requestDeserialize: from(requestType),
    responseSerialize: to(responseType),
    responseDeserialize: from(responseType),
  }
}

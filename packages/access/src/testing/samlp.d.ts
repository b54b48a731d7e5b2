/** What the tests use of it; it comes without types. */
declare module 'samlp' {
  export function parseRequest(
    request: { method: string; query: { SAMLRequest: string } },
    done: (error: Error | null, data: { id: string; assertionConsumerServiceURL: string }) => void,
  ): void
  export function getSamlResponse(
    config: Record<string, unknown>,
    user: Record<string, unknown>,
    done: (error: Error | null, response: string) => void,
  ): void
}

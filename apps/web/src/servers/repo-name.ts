/** `acme/weather-mcp` of a repository's URL: what people call it. */
export function repoName(repoUrl: string): string {
  const path = /^[a-z]+:\/\/[^/]+\/(.+?)(?:\.git)?\/?$/.exec(repoUrl)?.[1]
  return path ?? repoUrl
}

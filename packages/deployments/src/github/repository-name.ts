/** `owner/name` of a repository at this GitHub; null for every other address, ssh among them. */
export function repositoryName(
  githubUrl: string,
  repoUrl: string,
): { owner: string; name: string } | null {
  if (!URL.canParse(repoUrl)) return null
  const url = new URL(repoUrl)
  if (url.origin !== new URL(githubUrl).origin) return null
  const [, owner, name] = /^\/([\w-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(url.pathname) ?? []
  return owner && name && !/^\.+$/.test(name) ? { owner, name } : null
}

/** What a start command says for the port and the address that it is given at start. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: filled in by fillCommand
export const portPlaceholder = '${PORT}'
// biome-ignore lint/suspicious/noTemplateCurlyInString: filled in by fillCommand
export const hostPlaceholder = '${HOST}'

/** A start command with its port and its address put in. */
export function fillCommand(command: string[], at: { port: number; host: string }): string[] {
  return command.map((word) =>
    word
      .replaceAll(portPlaceholder, () => String(at.port))
      .replaceAll(hostPlaceholder, () => at.host),
  )
}

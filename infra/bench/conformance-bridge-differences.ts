/** Why a check comes out another way through the stdio bridge: `<scenario>/<check>` to the spec's reason. */
export const bridgeDifferences: Readonly<Record<string, string>> = {}

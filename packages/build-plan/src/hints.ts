export function hintFor(_lines: string[], _step: string): string | null { return null }

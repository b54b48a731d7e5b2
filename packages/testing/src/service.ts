/** One thing that tests need, up, and how the tests find it. */
export type Service = { env: Record<string, string>; stop?: () => Promise<void> }

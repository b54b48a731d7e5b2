/** Where git is on this machine. */
export const searchPath = process.env.PATH ?? '/usr/bin'

/** Lines that come with a page, and with each look further back. */
export const logPage = 500

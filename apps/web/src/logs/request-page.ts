/** Requests that come with the page, and with each "older". */
export const requestPage = 100

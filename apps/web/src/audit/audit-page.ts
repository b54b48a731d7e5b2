/** How many rows the API gives at once when it is not told. */
export const auditPage = 50

/** How many deployments come with a server's page, and with each "older". */
export const deploymentPage = 8

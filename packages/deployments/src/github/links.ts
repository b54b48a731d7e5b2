/** Where the platform is reached; without them there is nothing to link to. */
export type ReportUrls = { dashboardUrl: string | undefined; routerUrl: string | undefined }

export function deploymentPage({ dashboardUrl }: ReportUrls, slug: string, id: string) {
  return dashboardUrl ? `${dashboardUrl}/servers/${slug}/deployments/${id}` : null
}

export function previewsPage({ dashboardUrl }: ReportUrls, slug: string) {
  return dashboardUrl ? `${dashboardUrl}/servers/${slug}/previews` : null
}

/** The MCP endpoint of production, or of a preview. */
export function endpoint({ routerUrl }: ReportUrls, slug: string, preview: string | null) {
  return routerUrl ? `${routerUrl}/${slug}${preview ? `--${preview}` : ''}/mcp` : null
}

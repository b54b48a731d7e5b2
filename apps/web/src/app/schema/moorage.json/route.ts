import { moorageJsonSchema } from '@moorage/build-plan/json-schema'

export const dynamic = 'force-static'

/** For editors: `"$schema": "https://<this dashboard>/schema/moorage.json"`. */
export function GET(): Response {
  return Response.json(moorageJsonSchema(), {
    headers: {
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=3600',
      'content-type': 'application/schema+json',
    },
  })
}

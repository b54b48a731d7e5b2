import { createCaller } from '@moorage/api/app-router'
import { headers } from 'next/headers'
import { apiContext } from './api-context.ts'

/** The API for pages that anyone may open; what needs a sign-in is refused as everywhere. */
export async function openCaller(): Promise<ReturnType<typeof createCaller>> {
  return createCaller(await apiContext(await headers()))
}

import type { ApiInputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import { useTRPCClient } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'

type Input = ApiInputs['servers']['create']

/** Makes one server or several, one after the other. Tried again, it goes on where it failed. */
export function useCreateServers() {
  const client = useTRPCClient()
  const router = useRouter()
  const made = useRef(new Set<string>())
  const [current, setCurrent] = useState('')
  const create = useMutation({
    mutationFn: async (inputs: Input[]) => {
      let page = '/'
      for (const input of inputs) {
        if (made.current.has(input.slug)) continue
        setCurrent(input.slug)
        const { slug, latest } = await client.servers.create.mutate(input)
        made.current.add(input.slug)
        if (inputs.length === 1)
          page = latest ? `/servers/${slug}/deployments/${latest.id}` : `/servers/${slug}`
      }
      return page
    },
    onSuccess: (page) => router.push(page),
  })
  const fault = create.error ? errorText(create.error) : null
  const isOne = create.variables?.length === 1
  return {
    start: create.mutate,
    isBusy: create.isPending || create.isSuccess,
    fault: fault && { ...fault, message: isOne ? fault.message : `${current}: ${fault.message}` },
  }
}

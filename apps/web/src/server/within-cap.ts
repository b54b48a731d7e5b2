const mebibyte = 2 ** 20

/** Answers a request whose body is of so many MiB at most, whatever length was announced; 413 where it is more. */
export async function withinCap(
  request: Request,
  megabytes: number,
  answer: (request: Request) => Promise<Response>,
): Promise<Response> {
  const cap = megabytes * mebibyte
  if (Number(request.headers.get('content-length') ?? 0) > cap) return refusal(megabytes)
  if (!request.body) return answer(request)
  const { stream: body, isOver } = capped(request.body, cap)
  try {
    const answered = await answer(new Request(request, { body, duplex: 'half' } as RequestInit))
    return isOver() ? refusal(megabytes) : answered
  } catch (error) {
    if (isOver()) return refusal(megabytes)
    throw error
  }
}

function capped(body: ReadableStream<Uint8Array>, cap: number) {
  let bytes = 0
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length
      if (bytes > cap) controller.error(new Error('The body is too long.'))
      else controller.enqueue(chunk)
    },
  })
  return { stream: body.pipeThrough(limit), isOver: () => bytes > cap }
}

function refusal(megabytes: number): Response {
  const message = `This request is over ${megabytes} MiB.`
  return Response.json({ error: { code: 'too_large', message } }, { status: 413 })
}

import { caBundlePath, dockerIsUp } from '@moorage/testing/services'
import { describe, expect, test } from 'vitest'
import { ensureBaseImages } from './build.ts'
import { recipeOf } from './image.ts'
import { run } from './run.ts'

describe.skipIf(!dockerIsUp())('base images', () => {
  const ensure = async () => {
    const lines: string[] = []
    const options = { caBundlePath: caBundlePath(), log: (line: string) => lines.push(line) }
    return { images: await ensureBaseImages(options), lines }
  }
  const inside = (image: string, ...command: string[]) =>
    run('docker', ['run', '--rm', '--network', 'none', image, ...command])

  test('hold the language that they are named for, as any user', async () => {
    const { images } = await ensure()
    const asUser = ['run', '--rm', '--network', 'none', '--user', '10001:10001']
    expect(await run('docker', [...asUser, images.python, 'python', '-V'])).toMatch(
      /^Python 3\.11\./,
    )
    expect(await inside(images.python, 'python3', '-m', 'venv', '/tmp/venv')).toBe('')
    expect(await inside(images.python, 'uv', '--version')).toMatch(/^uv /)
    expect(await run('docker', [...asUser, images.node, 'node', '--version'])).toMatch(/^v24\./)
    expect(await inside(images.node, 'npm', '--version')).toMatch(/^\d+\./)
    expect(await inside(images.golang, 'go', 'version')).toMatch(/^go version go1\./)
    expect(await inside(images.rust, 'cargo', '--version')).toMatch(/^cargo 1\./)
  })

  test('of a program that is compiled elsewhere hold no compiler', async () => {
    const { images } = await ensure()
    await expect(inside(images.debian, 'cc', '--version')).rejects.toThrow(/not found/)
    // A program that was linked on the one has to find its libraries on the other.
    const release = (image: string) => inside(image, 'cat', '/etc/debian_version')
    expect(await release(images.debian)).toBe(await release(images.rust))
  })

  test('are made once', async () => {
    await ensure()
    expect((await ensure()).lines).toEqual([])
  })

  test('carry the machine’s own CA only where a build cannot be handed it', async () => {
    if (!caBundlePath()) return
    const { images } = await ensure()
    const bundleOf = (image: string) => inside(image, 'cat', '/etc/ssl/certs/ca-certificates.crt')
    const plain = await bundleOf(images.python)
    expect(await bundleOf(images.node)).toBe(plain)
    expect(await bundleOf(images.golang)).not.toBe(plain)
  })
})

test('a recipe changes with each of its parts, and with where one ends', () => {
  const recipes = [['a', 'bc'], ['ab', 'c'], ['abc'], ['a', 'b', 'c']].map((parts) =>
    recipeOf(...parts),
  )
  expect(new Set(recipes).size).toBe(4)
})

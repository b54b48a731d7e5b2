import { Readable } from 'node:stream'
import { extract, type Header, pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { cleanArchive } from './clean-archive.ts'

type Entry = Partial<Header> & { name: string; text?: string }

function archive(entries: Entry[]): Readable {
  const tar = pack()
  for (const { text, ...header } of entries) tar.entry(header, text ?? '')
  tar.finalize()
  return Readable.from(tar)
}

async function read(from: Readable): Promise<[string, string | null | undefined, number?][]> {
  const tar = extract()
  const seen: [string, string | null | undefined, number?][] = []
  from.on('error', (error) => tar.destroy(error)).pipe(tar)
  for await (const { header, ...entry } of tar) {
    seen.push([header.name, header.type, header.mode])
    void entry
  }
  return seen
}

const strictly = async (entries: Entry[], limits?: { maxBytes: number; maxEntries: number }) =>
  Buffer.concat(
    await cleanArchive(archive(entries), { strict: true, ...(limits && { limits }) }).toArray(),
  )

describe('an archive for a volume', () => {
  test.each<[string, Entry[]]>([
    ['a path upwards', [{ name: 'a/../../etc/passwd', text: 'x' }]],
    ['an absolute path', [{ name: '/etc/passwd', text: 'x' }]],
    ['a device', [{ name: 'sda', type: 'block-device', devmajor: 8, devminor: 0 }]],
    ['a pipe', [{ name: 'pipe', type: 'fifo' }]],
    ['a hard link', [{ name: 'shadow', type: 'link', linkname: '/etc/shadow' }]],
    ['an absolute link', [{ name: 'etc', type: 'symlink', linkname: '/etc' }]],
    ['a link upwards', [{ name: 'a/up', type: 'symlink', linkname: '../../etc' }]],
    [
      'a file below a link',
      [
        { name: 'real', type: 'directory' },
        { name: 'link', type: 'symlink', linkname: 'real' },
        { name: 'link/file', text: 'x' },
      ],
    ],
    [
      'a file in the place of a link',
      [
        { name: 'link', type: 'symlink', linkname: 'real' },
        { name: 'link', text: 'x' },
      ],
    ],
  ])('is refused with %s', async (_what, entries) => {
    await expect(strictly(entries)).rejects.toMatchObject({ code: 'bad_input' })
  })

  test('is refused where it holds more than it may, in bytes or in number', async () => {
    const two = [
      { name: 'a', text: '12345' },
      { name: 'b', text: '12345' },
    ]
    await expect(strictly(two, { maxBytes: 9, maxEntries: 9 })).rejects.toThrow()
    await expect(strictly(two, { maxBytes: 99, maxEntries: 1 })).rejects.toThrow()
    expect((await strictly(two, { maxBytes: 10, maxEntries: 2 })).length).toBeGreaterThan(0)
  })

  test('is refused where it is none', async () => {
    const noise = cleanArchive(Readable.from([Buffer.alloc(2048, 'x')]), { strict: true })
    await expect(noise.toArray()).rejects.toMatchObject({ code: 'bad_input' })
  })

  test('of a volume itself goes without what cannot be put back, and without set-user bits', async () => {
    const entries: Entry[] = [
      { name: './', type: 'directory' },
      { name: './sub/', type: 'directory', mode: 0o2755 },
      { name: './sub/file', text: 'x', mode: 0o4755 },
      { name: './out', type: 'symlink', linkname: '/etc' },
      { name: './in', type: 'symlink', linkname: 'sub/file' },
      { name: './pipe', type: 'fifo' },
    ]
    expect(await read(cleanArchive(archive(entries), { strict: false }))).toEqual([
      ['sub', 'directory', 0o755],
      ['sub/file', 'file', 0o755],
      ['in', 'symlink', expect.any(Number)],
    ])
  })
})

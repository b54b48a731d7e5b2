import type { Command } from 'commander'
import { withSession } from '../session.ts'
import { wholeNumber } from '../whole-number.ts'

export function declareVolume(program: Command): void {
  const volume = program
    .command('volume')
    .description('A directory of a server that outlives its versions, and backups of it')

  volume
    .command('show', { isDefault: true })
    .argument('[slug]', 'server')
    .description('Where it is, what it holds, and its backups')
    .addHelpText('after', '\nExample:\n  moorage volume notes')
    .action(async (slug, _options, command) => {
      const { showVolume } = await import('../run/volume.ts')
      await withSession(command.optsWithGlobals(), (session) => showVolume(session, slug))
    })

  volume
    .command('set')
    .argument('[slug]', 'server')
    .description('Give the server a volume, or change it; counts from the next deployment on')
    .option('--path <path>', 'where the server has it; also in MOORAGE_VOLUME (default /data)')
    .option('--max-mb <number>', 'say so where it holds more', wholeNumber)
    .option('--no-max-mb', 'never say so')
    .option('--daily', 'back it up every day')
    .option('--no-daily', 'do not')
    .addHelpText(
      'after',
      `
With a volume the version that is live ends before the next one starts, so that never two of them write
to it; calls wait meanwhile. Previews have no volume.

Example:
  moorage volume set notes --path /data --daily && moorage deployments create notes`,
    )
    .action(async (slug, _options, command) => {
      const { setVolume } = await import('../run/volume.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => setVolume(session, slug, flags))
    })

  volume
    .command('detach')
    .argument('[slug]', 'server')
    .description('Take it away from the server; it is kept for seven days')
    .addHelpText('after', '\nExample:\n  moorage volume detach notes')
    .action(async (slug, _options, command) => {
      const { detachVolume } = await import('../run/volume.ts')
      await withSession(command.optsWithGlobals(), (session) => detachVolume(session, slug))
    })

  volume
    .command('backup')
    .argument('[slug]', 'server')
    .description('Make a backup now; the server stands still meanwhile and calls wait')
    .addHelpText('after', '\nExample:\n  moorage volume backup notes')
    .action(async (slug, _options, command) => {
      const { backUp } = await import('../run/volume.ts')
      await withSession(command.optsWithGlobals(), (session) => backUp(session, slug))
    })

  volume
    .command('restore')
    .argument('<backup>', 'its id, from "moorage volume"')
    .description('Put back what a backup holds; of what is there now a backup is made first')
    .option('-s, --server <slug>', 'server')
    .addHelpText('after', '\nExample:\n  moorage volume restore bak_7k2m9x --server notes')
    .action(async (id, _options, command) => {
      const { restore } = await import('../run/volume.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => restore(session, id, flags))
    })

  volume
    .command('remove-backup')
    .argument('<backup>', 'its id')
    .description('Remove a backup')
    .option('-s, --server <slug>', 'server')
    .addHelpText('after', '\nExample:\n  moorage volume remove-backup bak_7k2m9x --server notes')
    .action(async (id, _options, command) => {
      const { removeBackup } = await import('../run/volume.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => removeBackup(session, id, flags))
    })

  declareTransfer(volume)
  declareKept(volume)
}

function declareTransfer(volume: Command): void {
  volume
    .command('download')
    .argument('[backup]', 'its id, from "moorage volume"; without it the newest')
    .description('Get a backup as a .tar.gz')
    .option('-s, --server <slug>', 'server')
    .option('-o, --output <file>', 'where to (default <server>-<backup>.tar.gz here)')
    .addHelpText(
      'after',
      `
It holds all that the server keeps, tokens too, and is not encrypted.

Example:
  moorage volume download --server notes`,
    )
    .action(async (id, _options, command) => {
      const { downloadBackup } = await import('../run/transfer-backup.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => downloadBackup(session, id, flags))
    })

  volume
    .command('upload')
    .argument('<file>', 'a .tar.gz')
    .description('Make a backup of a file; the volume stays as it is until it is restored')
    .option('-s, --server <slug>', 'server')
    .option('--restore', 'restore it at once')
    .addHelpText(
      'after',
      '\nExample:\n  moorage volume upload notes.tar.gz --server notes --restore',
    )
    .action(async (file, _options, command) => {
      const { uploadBackup } = await import('../run/transfer-backup.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => uploadBackup(session, file, flags))
    })
}

function declareKept(volume: Command): void {
  volume
    .command('kept')
    .description('Volumes that no server has any more; each is kept for seven days')
    .option('--team <slug>', 'team, where you are in several')
    .addHelpText('after', '\nExample:\n  moorage volume kept')
    .action(async (_options, command) => {
      const { listKept } = await import('../run/volume.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => listKept(session, flags))
    })

  volume
    .command('attach')
    .argument('<volume>', 'its id, from "moorage volume kept"')
    .description('Give a kept volume to a server that has none')
    .option('-s, --server <slug>', 'server')
    .addHelpText('after', '\nExample:\n  moorage volume attach vol_7k2m9x --server notes')
    .action(async (id, _options, command) => {
      const { attach } = await import('../run/volume.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => attach(session, id, flags))
    })

  volume
    .command('destroy')
    .argument('<volume>', 'its id, from "moorage volume kept"')
    .description('Remove a kept volume and its backups for good')
    .option('--team <slug>', 'team, where you are in several')
    .addHelpText('after', '\nExample:\n  moorage volume destroy vol_7k2m9x')
    .action(async (id, _options, command) => {
      const { destroy } = await import('../run/volume.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => destroy(session, id, flags))
    })
}

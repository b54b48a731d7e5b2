import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declareDomains(program: Command): void {
  const domains = program
    .command('domains')
    .description('Host names of your own at which a server answers')

  domains
    .command('list', { isDefault: true })
    .argument('[slug]', 'server')
    .description('Its names, with the DNS records that are still to be added')
    .addHelpText('after', '\nExample:\n  moorage domains list weather')
    .action(async (slug, _options, command) => {
      const { listDomains } = await import('../run/domains.ts')
      await withSession(command.optsWithGlobals(), (session) => listDomains(session, slug))
    })

  domains
    .command('add')
    .argument('<hostname>', 'such as tools.your-company.com')
    .description('Add a name; it counts once a TXT record in DNS proves that it is yours')
    .option('-s, --server <slug>', 'server')
    .addHelpText('after', '\nExample:\n  moorage domains add tools.acme.com --server weather')
    .action(async (hostname, _options, command) => {
      const { addDomain } = await import('../run/domains.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => addDomain(session, hostname, flags))
    })

  domains
    .command('verify')
    .argument('<hostname>', 'a name that was added')
    .description('Look for its record now; Moorage also looks by itself, every minute for 7 days')
    .option('-s, --server <slug>', 'server')
    .addHelpText('after', '\nExample:\n  moorage domains verify tools.acme.com --server weather')
    .action(async (hostname, _options, command) => {
      const { verifyDomain } = await import('../run/domains.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => verifyDomain(session, hostname, flags))
    })

  domains
    .command('remove')
    .argument('<hostname>', 'a name of the server')
    .description('Take a name away; the server no longer answers at it')
    .option('-s, --server <slug>', 'server')
    .addHelpText('after', '\nExample:\n  moorage domains remove tools.acme.com --server weather')
    .action(async (hostname, _options, command) => {
      const { removeDomain } = await import('../run/domains.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => removeDomain(session, hostname, flags))
    })
}

import { Command } from 'commander'
import { declareAccess } from './commands/access.ts'
import { declareAccount } from './commands/account.ts'
import { declareBuildSecrets } from './commands/build-secrets.ts'
import { declareDeploy } from './commands/deploy.ts'
import { declareDeployments } from './commands/deployments.ts'
import { declareDomains } from './commands/domains.ts'
import { declareEnv } from './commands/env.ts'
import { declareGitCredential } from './commands/git-credential.ts'
import { declareGithub } from './commands/github.ts'
import { declareKeys } from './commands/keys.ts'
import { declareLink } from './commands/link.ts'
import { declareLogs } from './commands/logs.ts'
import { declareMySecrets } from './commands/my-secrets.ts'
import { declareNotifications } from './commands/notifications.ts'
import { declareOpen } from './commands/open.ts'
import { declarePreviews } from './commands/previews.ts'
import { declareRouting } from './commands/routing.ts'
import { declareServers } from './commands/servers.ts'
import { declareServiceAccounts } from './commands/service-accounts.ts'
import { declareTeams } from './commands/teams.ts'
import { declareVolume } from './commands/volume.ts'
import { declareWebhooks } from './commands/webhooks.ts'

/** Commands are declared here; what they do is loaded when one of them runs. */
export function createProgram(): Command {
  const program = new Command('moorage')
    .description('Turns a git repository into an authenticated MCP URL.')
    .version('0.1.0')
    .option('--url <url>', 'address of the dashboard (MOORAGE_URL)')
    .option('--key <key>', 'API key; better in MOORAGE_API_KEY, which no process list shows')
    .option('--json', 'print the result as JSON on stdout')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError('(--help shows how it is used)')
    .exitOverride()
  declareDeploy(program)
  declareServers(program)
  declareDeployments(program)
  declarePreviews(program)
  declareWebhooks(program)
  declareGithub(program)
  declareLogs(program)
  declareKeys(program)
  declareTeams(program)
  declareServiceAccounts(program)
  declareEnv(program)
  declareAccess(program)
  declareRouting(program)
  declareDomains(program)
  declareBuildSecrets(program)
  declareMySecrets(program)
  declareVolume(program)
  declareNotifications(program)
  declareLink(program)
  declareOpen(program)
  declareGitCredential(program)
  declareAccount(program)
  return program.addHelpText(
    'after',
    `
Where is it? --url and --key, then MOORAGE_URL and MOORAGE_API_KEY, then "moorage login", then an
"npm start" on this machine. Where a command wants a server and none is named, it takes the one that
this directory is linked to (moorage link), else the name in moorage.json, else the directory's name.

Exit codes: 0 done, 1 failed, 2 used wrongly, 3 not signed in, 4 not found.`,
  )
}

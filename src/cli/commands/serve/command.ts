import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  configFile,
  configured,
  directory,
  given,
  host,
  logLevel,
  port,
  ratePerEndpoint,
  rateTotal,
  type ConfigFlags,
} from '../../flags.js';
import { environmentHelp } from '../../terminal/help.js';
import { allRoles, parseRoles, type ServeRole } from './roles.js';

/** Declares `lockstep serve`: its arguments, flags and help. Its code is loaded when it runs. */
export function serveCommand(program: Command): void {
  program
    .command('serve')
    .description('Mirror Stripe into your database and serve the webhook and app endpoints')
    .addOption(port(4242))
    .addOption(host())
    .addOption(
      new Option(
        '--feed <feed>',
        'How changes arrive: by webhook, or by polling /v1/events, which needs no public address',
      ).choices(['webhook', 'poll']),
    )
    .addOption(directory())
    .addOption(configFile())
    .addOption(rateTotal())
    .addOption(ratePerEndpoint())
    .addOption(
      new Option('--workers <number>', 'How many processes share the port and the work; needs PostgreSQL')
        .argParser(parseWorkers)
        .default(1),
    )
    .addOption(
      new Option('--roles <list>', 'What this process does, if several share the work: receive, prove, sweep')
        .argParser(parseRoles)
        .default(allRoles, 'all three'),
    )
    .option('--accept-missing', 'Delete rows even when Stripe reports an unusually large number missing')
    .addOption(logLevel())
    .addHelpText(
      'after',
      environmentHelp([
        'lockstep serve',
        'DATABASE_URL=postgres://… lockstep serve --port 8080',
        'lockstep serve --feed poll',
        'DATABASE_URL=postgres://… lockstep serve --workers 2',
        'DATABASE_URL=postgres://… lockstep serve --roles receive',
      ]),
    )
    .action(async (flags: ServeFlags) => {
      const { serve } = await import('./serve.js');
      const { feed, acceptMissing, host, port, logLevel, workers, roles } = flags;
      const options = { ...configured(flags), ...given({ feed, acceptMissing }) };
      const {
        LOCKSTEP_TOKEN: token,
        LOCKSTEP_USER_TOKEN_SECRET: userTokenSecret,
        LOCKSTEP_METRICS_TOKEN: metricsToken,
      } = process.env;
      await serve({ options, host, port, token, userTokenSecret, metricsToken, logLevel, workers, roles });
    });
}

interface ServeFlags extends ConfigFlags {
  port: number;
  host: string;
  feed?: 'webhook' | 'poll';
  acceptMissing?: true;
  logLevel: string;
  workers: number;
  roles: readonly ServeRole[];
}

function parseWorkers(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 to 64.');
}

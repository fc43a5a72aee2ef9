import type { Command } from 'commander';
import { configFile, configured, type ConfigFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep generate`: its arguments, flags and help. Its code is loaded when it runs. */
export function generateCommand(program: Command): void {
  program
    .command('generate <target> [types...]')
    .description('Print models of the mirror for drizzle, prisma, kysely or django, or SQL views for django (sql)')
    .addOption(configFile())
    .option('--account <id>', 'Account whose rows the views show (default: the only account in the database)')
    .option('--live', "Show the account's live mode (default: test mode)")
    .option('--out <file>', 'Write to this file (default: standard output)')
    .addHelpText(
      'after',
      examples([
        'lockstep generate drizzle --out src/stripe-schema.ts',
        'lockstep generate sql customers subscriptions | psql $DATABASE_URL',
        'lockstep generate django customers subscriptions --out mirror/models.py',
      ]) + exitCodes('0 done, 1 failed, 2 invalid usage'),
    )
    .action(async (target: string, types: string[], flags: GenerateFlags) => {
      const { generate } = await import('./generate.js');
      const { resolveOptions } = await import('../../../engine/config.js');
      const { mirrorSchema } = resolveOptions(configured(flags));
      generate({
        target,
        types,
        schema: mirrorSchema,
        account: flags.account,
        live: flags.live === true,
        out: flags.out,
      });
    });
}

interface GenerateFlags extends ConfigFlags {
  account?: string;
  live?: true;
  out?: string;
}

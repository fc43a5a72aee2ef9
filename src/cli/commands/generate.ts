import type { Command } from 'commander';
import { configFile, configured, type ConfigFlags } from '../flags.js';
import { examples, exitCodes } from '../help.js';

/** The words, flags and help of `lockstep generate`; what it does is loaded when it runs. */
export function generateCommand(program: Command): void {
  program
    .command('generate <target> [types...]')
    .description(
      'print models of the mirror for drizzle, prisma, kysely or django, or the views (sql) that django reads',
    )
    .addOption(configFile())
    .option('--account <id>', 'whose rows the views show; default: the one account that the database mirrors')
    .option('--live', "the account's live mode; default: test mode")
    .option('--out <file>', 'write to this file')
    .addHelpText(
      'after',
      examples([
        'lockstep generate drizzle --out src/stripe-schema.ts',
        'lockstep generate sql customers subscriptions | psql $DATABASE_URL',
        'lockstep generate django customers subscriptions --out mirror/models.py',
      ]) + exitCodes('0 done, 1 failed, 2 asked for wrongly'),
    )
    .action(async (target: string, types: string[], flags: GenerateFlags) => {
      const { generate } = await import('../generate.js');
      const { resolveOptions } = await import('../../engine/config.js');
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

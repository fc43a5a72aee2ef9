import type { Command } from 'commander';
import { configFile, configured, directory, logLevel, type ConfigFlags } from '../flags.js';
import { examples } from '../help.js';

/** The words, flags and help of `lockstep migrate`; what it does is loaded when it runs. */
export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description("Bring the database to this version's schema, and make again what is missing")
    .addOption(directory())
    .addOption(configFile())
    .option('--print', 'print the SQL that would run, and change nothing')
    .addOption(logLevel().default('warn'))
    .addHelpText(
      'after',
      examples(['lockstep migrate --print', 'lockstep migrate', 'DATABASE_URL=postgres://… lockstep migrate']),
    )
    .action(async (flags: ConfigFlags & { logLevel: string; print?: true }) => {
      const { migrateCommand } = await import('../migrate.js');
      await migrateCommand(configured(flags), flags.logLevel, flags.print === true);
    });
}

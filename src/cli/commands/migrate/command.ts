import type { Command } from 'commander';
import { configFile, configured, directory, logLevel, type ConfigFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep migrate`: its arguments, flags and help. Its code is loaded when it runs. */
export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('Create or update the database schema, and restore what is missing from it')
    .addOption(directory())
    .addOption(configFile())
    .option('--print', 'Print the SQL that would run, and change nothing')
    .option('--status', 'List the applied and the pending migrations, and change nothing')
    .addOption(logLevel().default('warn'))
    .addHelpText(
      'after',
      examples([
        'lockstep migrate --status',
        'lockstep migrate --print',
        'lockstep migrate',
        'DATABASE_URL=postgres://… lockstep migrate',
      ]) + exitCodes('0 done, 1 failed, or with --status: something is pending, 2 invalid usage'),
    )
    .action(async (flags: ConfigFlags & { logLevel: string; print?: true; status?: true }) => {
      if (flags.status === true) {
        const { migrationStatus } = await import('./status.js');
        process.exitCode = await migrationStatus({ options: configured(flags), logLevel: flags.logLevel });
        return;
      }
      const { migrate } = await import('./migrate.js');
      await migrate(configured(flags), flags.logLevel, flags.print === true);
    });
}

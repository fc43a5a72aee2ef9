import type { Command } from 'commander';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep duplicates`: its flags and help. Its code is loaded when it runs. */
export function duplicatesCommand(program: Command): void {
  report(program, 'duplicates')
    .description('Find customers made twice, several live subscriptions, and payers without a user. Changes nothing')
    .addHelpText(
      'after',
      examples(['lockstep duplicates', 'lockstep duplicates --json']) +
        exitCodes('0 none was found, 1 some were found or it failed, 2 invalid usage'),
    )
    .action(async (flags: ReportFlags) => {
      const { duplicates } = await import('./duplicates.js');
      process.exitCode = await duplicates(reportOptions(flags));
    });
}

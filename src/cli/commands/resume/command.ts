import type { Command } from 'commander';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep resume`: its arguments, flags and help. Its code is loaded when it runs. */
export function resumeCommand(program: Command): void {
  report(program, 'resume', '[account]')
    .description('End what lockstep pause began, of one account or of all')
    .addHelpText(
      'after',
      examples(['lockstep resume', 'lockstep resume acct_1234']) + exitCodes('0 resumed, 1 failed, 2 invalid usage'),
    )
    .action(async (account: string | undefined, flags: ReportFlags) => {
      const { resume } = await import('./resume.js');
      await resume({ ...reportOptions(flags), account });
    });
}

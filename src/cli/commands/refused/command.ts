import type { Command } from 'commander';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep refused`: its flags and help. Its code is loaded when it runs. */
export function refusedCommand(program: Command): void {
  report(program, 'refused')
    .description('Show deliveries that were refused, and events that were ignored, with the reason')
    .addHelpText(
      'after',
      examples(['lockstep refused', 'lockstep refused --json']) + exitCodes('0 done, 1 failed, 2 invalid usage'),
    )
    .action(async (flags: ReportFlags) => {
      const { refused } = await import('./refused.js');
      await refused(reportOptions(flags));
    });
}

import type { Command } from 'commander';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep explain`: its arguments, flags and help. Its code is loaded when it runs. */
export function explainCommand(program: Command): void {
  report(program, 'explain', '<id>')
    .description('Tell what happened to one object: events, hints, proofs, hooks, sweeps, in order of time')
    .addHelpText(
      'after',
      examples(['lockstep explain cus_1234', 'lockstep explain sub_1234 --json']) +
        exitCodes('0 something is known of it, 1 failed or nothing is known, 2 invalid usage'),
    )
    .action(async (id: string, flags: ReportFlags) => {
      const { explain } = await import('./explain.js');
      process.exitCode = await explain({ ...reportOptions(flags), id });
    });
}

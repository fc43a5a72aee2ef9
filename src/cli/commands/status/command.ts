import type { Command } from 'commander';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep status`: its flags and help. Its code is loaded when it runs. */
export function statusCommand(program: Command): void {
  report(program, 'status')
    .description('Show whether the mirror is in step, since when not, and why')
    .option('--watch', 'Show it again every two seconds')
    .addHelpText(
      'after',
      examples(['lockstep status', 'lockstep status --watch', 'lockstep status --json']) +
        exitCodes('0 in step, 1 behind or degraded, 2 not proven or could not be read'),
    )
    .action(async (flags: ReportFlags & { watch?: true }) => {
      const { status } = await import('./status.js');
      process.exitCode = await status({ ...reportOptions(flags), watch: flags.watch === true });
    });
}

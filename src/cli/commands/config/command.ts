import type { Command } from 'commander';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { actionOf } from '../../terminal/action.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep config`: its arguments, flags and help. Its code is loaded when it runs. */
export function configCommand(program: Command): void {
  report(program, 'config', '[action]')
    .description('Print every setting, where it comes from, and no secret')
    .addHelpText(
      'after',
      examples(['lockstep config print', 'lockstep config print --json']) +
        exitCodes('0 printed, 2 a setting is not valid'),
    )
    .action(async (action: string | undefined, flags: ReportFlags) => {
      actionOf(action ?? 'print', ['print']);
      const { printConfig } = await import('./config.js');
      const { options, json } = reportOptions(flags);
      printConfig({ options, json, flags, environment: process.env });
    });
}

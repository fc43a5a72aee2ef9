import type { Command } from 'commander';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep pause`: its arguments, flags and help. Its code is loaded when it runs. */
export function pauseCommand(program: Command): void {
  report(program, 'pause', '[account]')
    .description('Stop reading marked objects from Stripe, of one account or of all. Events are still stored')
    .option('--for <time>', 'How long: 30m, 2h, 1d (default: until lockstep resume)')
    .option('--reason <text>', 'Why, for those who look at the status')
    .addHelpText(
      'after',
      examples(['lockstep pause --for 2h --reason "Stripe is down"', 'lockstep pause acct_1234']) +
        exitCodes('0 paused, 1 failed, 2 invalid usage'),
    )
    .action(async (account: string | undefined, flags: ReportFlags & { for?: string; reason?: string }) => {
      const { pause } = await import('./pause.js');
      await pause({ ...reportOptions(flags), account, forTime: flags.for, reason: flags.reason });
    });
}

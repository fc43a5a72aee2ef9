import { Option, type Command } from 'commander';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { actionOf } from '../../terminal/action.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep console`: its arguments, flags and help. Its code is loaded when it runs. */
export function consoleCommand(program: Command): void {
  report(program, 'console', '[action] [name]')
    .description('Add, list, or revoke the tokens that open the console at /console. Without one it is off')
    .addOption(
      new Option('--role <role>', 'look: read every page; act: also start, retry, repair, pause')
        .choices(['look', 'act'])
        .default('look'),
    )
    .option('--for <time>', 'How long the token is valid: 12h, 90d (default: until it is revoked)')
    .addHelpText(
      'after',
      examples([
        'lockstep console add ada --role act',
        'lockstep console add grace --for 90d',
        'lockstep console list',
        'lockstep console revoke grace',
      ]) + exitCodes('0 done, 1 failed, 2 invalid usage'),
    )
    .action(async (action: string | undefined, name: string | undefined, flags: ConsoleFlags) => {
      const { consoleTokens } = await import('./console.js');
      await consoleTokens({
        ...reportOptions(flags),
        action: actionOf(action ?? 'list', ['add', 'list', 'revoke']),
        name,
        role: flags.role,
        forTime: flags.for,
      });
    });
}

type ConsoleFlags = ReportFlags & { role: 'look' | 'act'; for?: string };

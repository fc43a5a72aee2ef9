import type { Command } from 'commander';
import { operation, operationOf, type OperationFlags } from '../../flags.js';
import { actionOf } from '../../terminal/action.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep dead`: its arguments, flags and help. Its code is loaded when it runs. */
export function deadCommand(program: Command): void {
  operation(program, 'dead', '[action] [id]')
    .description('List, show, or retry objects and hook runs that kept failing')
    .option('--type <type>', 'Only objects of this type')
    .addHelpText(
      'after',
      examples(['lockstep dead', 'lockstep dead show cus_1234', 'lockstep dead retry --type dispute']) +
        exitCodes('0 done, 1 failed, 2 invalid usage'),
    )
    .action(async (action: string | undefined, id: string | undefined, flags: OperationFlags & { type?: string }) => {
      const { dead } = await import('./dead.js');
      await dead({
        ...operationOf(flags),
        action: actionOf(action ?? 'list', ['list', 'show', 'retry']),
        type: flags.type,
        id,
      });
    });
}

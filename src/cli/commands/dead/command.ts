import type { Command } from 'commander';
import { LockstepError } from '../../../kernel/error.js';
import { nearest } from '../../../kernel/nearest.js';
import { operation, operationOf, type OperationFlags } from '../../flags.js';
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
      await dead({ ...operationOf(flags), action: deadAction(action ?? 'list'), type: flags.type, id });
    });
}

function deadAction(word: string): 'list' | 'show' | 'retry' {
  if (word === 'list' || word === 'show' || word === 'retry') return word;
  const near = nearest(word, ['list', 'show', 'retry']);
  throw new LockstepError('option_invalid', `Unknown action ${JSON.stringify(word)}`, {
    hint: near === undefined ? 'use list, show or retry' : `did you mean ${near}?`,
  });
}

import type { Command } from 'commander';
import { LockstepError } from '../../kernel/error.js';
import { nearest } from '../../kernel/nearest.js';
import { operation, operationOf, type OperationFlags } from '../flags.js';
import { examples, exitCodes } from '../help.js';

/** The words, flags and help of `lockstep dead`; what it does is loaded when it runs. */
export function deadCommand(program: Command): void {
  operation(program, 'dead', '[action] [id]')
    .description('objects that could not be proven, and runs of hooks that failed: list (default), show or retry them')
    .option('--type <type>', 'of this object type alone')
    .addHelpText(
      'after',
      examples(['lockstep dead', 'lockstep dead show cus_1234', 'lockstep dead retry --type dispute']) +
        exitCodes('0 done, 1 failed, 2 asked for wrongly'),
    )
    .action(async (action: string | undefined, id: string | undefined, flags: OperationFlags & { type?: string }) => {
      const { dead } = await import('../dead.js');
      await dead({ ...operationOf(flags), action: deadAction(action ?? 'list'), type: flags.type, id });
    });
}

function deadAction(word: string): 'list' | 'show' | 'retry' {
  if (word === 'list' || word === 'show' || word === 'retry') return word;
  const near = nearest(word, ['list', 'show', 'retry']);
  throw new LockstepError('option_invalid', `there is nothing to do with dead letters called ${JSON.stringify(word)}`, {
    hint: near === undefined ? 'list, show or retry them' : `did you mean ${near}?`,
  });
}

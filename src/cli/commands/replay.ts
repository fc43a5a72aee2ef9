import type { Command } from 'commander';
import { operation, operationOf, type OperationFlags } from '../flags.js';
import { examples, exitCodes } from '../help.js';

/** The words, flags and help of `lockstep replay`; what it does is loaded when it runs. */
export function replayCommand(program: Command): void {
  operation(program, 'replay')
    .description('prove anew what events were about: stored ones, or one from Stripe')
    .option('--event <id>', 'this event')
    .option('--since <moment>', 'events that happened since: 2026-11-01, 2026-11-01T10:00:00Z, 12h, 7d')
    .option('--type <type>', 'events of this type: customer.updated, customer.*')
    .addHelpText(
      'after',
      examples(['lockstep replay --event evt_1234', 'lockstep replay --since 7d --type "invoice.*"']) +
        exitCodes('0 replayed, 1 failed, 2 asked for wrongly'),
    )
    .action(async (flags: OperationFlags & { event?: string; since?: string; type?: string }) => {
      const { replay } = await import('../replay.js');
      const { event, since, type } = flags;
      await replay({ ...operationOf(flags), event, since, type });
    });
}

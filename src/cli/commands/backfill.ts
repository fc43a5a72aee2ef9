import { InvalidArgumentError, Option, type Command } from 'commander';
import { operation, operationOf, type OperationFlags } from '../flags.js';
import { examples, exitCodes } from '../help.js';

/** The words, flags and help of `lockstep backfill`; what it does is loaded when it runs. */
export function backfillCommand(program: Command): void {
  operation(program, 'backfill', '[types...]')
    .description('read everything of the types (default: of all) into the mirror; goes on where it was interrupted')
    .addOption(new Option('--concurrency <number>', 'types listed at once').argParser(parseConcurrency).default(4))
    .addHelpText(
      'after',
      examples([
        'lockstep backfill',
        'lockstep backfill customers subscriptions',
        'lockstep backfill --json > backfill.jsonl',
      ]) + exitCodes('0 everything was read, 1 something was not, 2 asked for wrongly'),
    )
    .action(async (types: string[], flags: OperationFlags & { concurrency: number }) => {
      const { backfill } = await import('../backfill.js');
      process.exitCode = await backfill({ ...operationOf(flags), types, concurrency: flags.concurrency });
    });
}

function parseConcurrency(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 16)
    throw new InvalidArgumentError('the number of types listed at once is from 1 to 16.');
  return value;
}

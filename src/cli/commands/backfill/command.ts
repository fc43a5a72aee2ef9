import { InvalidArgumentError, Option, type Command } from 'commander';
import { operation, operationOf, type OperationFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep backfill`: its arguments, flags and help. Its code is loaded when it runs. */
export function backfillCommand(program: Command): void {
  operation(program, 'backfill', '[types...]')
    .description('Load existing objects from Stripe (all types by default). Resumes where it stopped')
    .addOption(
      new Option('--concurrency <number>', 'How many types to list at the same time, 1 to 16')
        .argParser(parseConcurrency)
        .default(4),
    )
    .addHelpText(
      'after',
      examples([
        'lockstep backfill',
        'lockstep backfill customers subscriptions',
        'lockstep backfill --json > backfill.jsonl',
      ]) + exitCodes('0 everything was loaded, 1 something was not, 2 invalid usage'),
    )
    .action(async (types: string[], flags: OperationFlags & { concurrency: number }) => {
      const { backfill } = await import('./backfill.js');
      process.exitCode = await backfill({ ...operationOf(flags), types, concurrency: flags.concurrency });
    });
}

function parseConcurrency(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 16)
    throw new InvalidArgumentError('It must be a whole number from 1 to 16.');
  return value;
}

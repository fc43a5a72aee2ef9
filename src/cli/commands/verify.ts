import type { Command } from 'commander';
import { operation, operationOf, type OperationFlags } from '../flags.js';
import { examples, exitCodes } from '../help.js';

/** The words, flags and help of `lockstep verify`; what it does is loaded when it runs. */
export function verifyCommand(program: Command): void {
  operation(program, 'verify', '[types...]')
    .description(
      'compare the mirror with Stripe (default: all types but the balance), and say since when they are known to be equal',
    )
    .option('--repair', 'prove anew what differs')
    .addHelpText(
      'after',
      examples([
        'lockstep verify',
        'lockstep verify subscriptions --repair',
        'lockstep verify tax_ids',
        'lockstep verify --json',
      ]) + exitCodes('0 in step, 1 drift was found (also where it was repaired), 2 it could not be proven'),
    )
    .action(async (types: string[], flags: OperationFlags & { repair?: true }) => {
      const { verify } = await import('../verify.js');
      process.exitCode = await verify({ ...operationOf(flags), types, repair: flags.repair === true });
    });
}

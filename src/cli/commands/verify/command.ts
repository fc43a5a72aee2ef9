import type { Command } from 'commander';
import { operation, operationOf, type OperationFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep verify`: its arguments, flags and help. Its code is loaded when it runs. */
export function verifyCommand(program: Command): void {
  operation(program, 'verify', '[types...]')
    .description('Compare the mirror with Stripe and report differences (all types except balance by default)')
    .option('--repair', 'Re-read from Stripe and fix what differs')
    .addHelpText(
      'after',
      examples([
        'lockstep verify',
        'lockstep verify subscriptions --repair',
        'lockstep verify tax_ids',
        'lockstep verify --json',
      ]) + exitCodes('0 in step, 1 drift was found (even if it was repaired), 2 could not be checked'),
    )
    .action(async (types: string[], flags: OperationFlags & { repair?: true }) => {
      const { verify } = await import('./verify.js');
      process.exitCode = await verify({ ...operationOf(flags), types, repair: flags.repair === true });
    });
}

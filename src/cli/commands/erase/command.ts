import { InvalidArgumentError, type Command } from 'commander';
import { operation, operationOf, type OperationFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

type Flags = OperationFlags & { customer: string; account?: string; keepOut?: true; yes?: true };

/** Declares `lockstep erase`: its flags and help. Its code is loaded when it runs. */
export function eraseCommand(program: Command): void {
  operation(program, 'erase')
    .description('Remove what this database has of a customer that is deleted at Stripe. A preview, unless --yes')
    .requiredOption('--customer <id>', 'Which customer: cus_…', parseCustomer)
    .option('--account <id>', 'Of which account, if several have it: acct_…')
    .option('--keep-out', 'Erase it although Stripe has it, and keep out what Stripe has of it from now on')
    .option('--yes', 'Remove it, after you have read the preview')
    .addHelpText(
      'after',
      examples(['lockstep erase --customer cus_1234', 'lockstep erase --customer cus_1234 --keep-out --yes']) +
        exitCodes('0 removed or previewed, 1 failed, 2 invalid usage'),
    )
    .action(async (flags: Flags) => {
      const { erase } = await import('./erase.js');
      const { customer, account } = flags;
      const how = { keepOut: flags.keepOut === true, isSure: flags.yes === true };
      await erase({ ...operationOf(flags), customer, account, ...how });
    });
}

function parseCustomer(text: string): string {
  if (/^cus_\w+$/.test(text)) return text;
  throw new InvalidArgumentError("Give a customer's id, which looks like cus_….");
}

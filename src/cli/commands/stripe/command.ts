import type { Command } from 'commander';
import { environment } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep stripe`: its arguments, flags and help. Its code is loaded when it runs. */
export function stripeCommand(program: Command): void {
  program
    .command('stripe')
    .argument('[words...]', 'Arguments of the Stripe CLI')
    .description('Run the Stripe CLI (trigger, fixtures, listen, …) against the running emulator')
    .passThroughOptions()
    .allowUnknownOption()
    .addHelpText(
      'after',
      `\nEnvironment:\n  STRIPE_API_BASE  Address of the emulator (default: http://127.0.0.1:4747)\n` +
        examples([
          'lockstep stripe trigger customer.subscription.created',
          'lockstep stripe listen --forward-to http://127.0.0.1:3000/webhooks',
          'lockstep stripe customers list --limit 3',
        ]) +
        exitCodes('those of the Stripe CLI; 1 if the emulator or the Stripe CLI is not found'),
    )
    .action(async (words: string[]) => {
      const { stripe } = await import('./stripe.js');
      const apiBase = environment().stripeApiBase;
      process.exitCode = await stripe({ words, apiBase, environment: process.env });
    });
}

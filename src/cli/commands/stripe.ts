import type { Command } from 'commander';
import { environment } from '../flags.js';
import { examples, exitCodes } from '../help.js';

/** The words, flags and help of `lockstep stripe`; what it does is loaded when it runs. */
export function stripeCommand(program: Command): void {
  program
    .command('stripe')
    .argument('[words...]', 'what it is called with')
    .description("Stripe's own command line (triggers, fixtures, listen, …), against the running emulator")
    .passThroughOptions()
    .allowUnknownOption()
    .addHelpText(
      'after',
      `\nEnvironment:\n  STRIPE_API_BASE  where the emulator listens; default http://127.0.0.1:4747\n` +
        examples([
          'lockstep stripe trigger customer.subscription.created',
          'lockstep stripe listen --forward-to http://127.0.0.1:3000/webhooks',
          'lockstep stripe customers list --limit 3',
        ]) +
        exitCodes('its own, 1 there is no emulator or no Stripe CLI'),
    )
    .action(async (words: string[]) => {
      const { stripe } = await import('../stripe.js');
      const apiBase = environment().stripeApiBase;
      process.exitCode = await stripe({ words, apiBase, environment: process.env });
    });
}

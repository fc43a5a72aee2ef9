import type { Contestant } from './engine.js';
import type { Installed } from './install.js';
import { lockstep } from './lockstep.js';
import { peerContestant, peerPackages } from './peer.js';

const supabaseTypes = [
  ...['charge', 'credit_note', 'customer', 'dispute', 'invoice', 'payment_intent', 'payment_method', 'plan', 'price'],
  ...['product', 'refund', 'review', 'radar.early_fraud_warning', 'setup_intent', 'subscription'],
  ...['subscription_schedule', 'tax_id', 'entitlements'],
];
const stripeTypes = ['customer', 'product', 'price', 'subscription', 'invoice'];

/** The columns of the table: us, and each peer as it comes and with every option that favours correctness. */
export function contestantsOf(installed: { supabase: Installed; stripe: Installed }): Contestant[] {
  const { supabase, stripe } = peerPackages;
  return [
    lockstep,
    peerContestant(supabase, {
      name: 'supabase, default',
      options: {},
      said: `as its README's example sets it up (official SDK ${installed.supabase.stripeSdk})`,
      folder: installed.supabase.folder,
    }),
    peerContestant(supabase, {
      name: 'supabase, best',
      options: {
        autoExpandLists: true,
        backfillRelatedEntities: true,
        revalidateObjectsViaStripeApi: supabaseTypes,
      },
      said:
        'the same with `autoExpandLists`, `backfillRelatedEntities`, and `revalidateObjectsViaStripeApi` for every ' +
        'type that it takes',
      folder: installed.supabase.folder,
    }),
    peerContestant(stripe, {
      name: 'stripe, default',
      options: { backfillRelatedEntities: true },
      said:
        'as its `sync` command sets the library up: `backfillRelatedEntities`, nothing else ' +
        `(official SDK ${installed.stripe.stripeSdk})`,
      folder: installed.stripe.folder,
    }),
    peerContestant(stripe, {
      name: 'stripe, best',
      options: {
        backfillRelatedEntities: true,
        autoExpandLists: true,
        revalidateObjectsViaStripeApi: stripeTypes,
      },
      said: 'the same with `autoExpandLists`, and `revalidateObjectsViaStripeApi` for the five types compared here',
      folder: installed.stripe.folder,
    }),
  ];
}

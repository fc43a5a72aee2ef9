import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import { emptyable, hash, oneOf, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';

const fields = { ip_address: emptyable(text()), validate_location: oneOf('auto', 'deferred', 'immediately') };

export const taxParam = () => hash(fields);
type Sent = Values<typeof fields>;

/** What is kept of it: the address on the network. The rest follows from the customer. */
export const taxSent = (row: Stripe.Customer, sent: Sent): Stripe.Customer.Tax => ({
  automatic_tax: 'not_collecting',
  location: null,
  provider: 'stripe',
  ip_address: row.tax?.ip_address ?? null,
  ...given({ ip_address: sent.ip_address }),
});

/** Where the customer is taxed: by their address. No address on the network is looked up here. */
export function taxOf(id: string, unit: Unit): Json {
  const row = unit.need('customer', id);
  const { country = null, state = null } = row.address ?? {};
  return {
    // Nobody is registered for taxes here.
    automatic_tax: country === null ? 'unrecognized_location' : 'not_collecting',
    ip_address: row.tax?.ip_address ?? null,
    location: country === null ? null : { country, source: 'billing_address', state },
    provider: 'stripe',
  };
}

/** @throws Problem `customer_tax_location_invalid` if the location has to be known now */
export function checkLocation({ address }: Stripe.Customer, sent: Sent | undefined): void {
  if (sent?.validate_location !== 'immediately' || address?.country != null) return;
  throw invalid(
    "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.",
    'address',
    'customer_tax_location_invalid',
  );
}

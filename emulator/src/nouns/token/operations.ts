import type Stripe from 'stripe';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { hash, integer, needed, text, unbuiltAll } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import { newCard } from '../payment-method/attach.js';
import { cardEntered } from '../payment-method/entered.js';
import { cardView } from '../source/view.js';

const ADDRESS = ['city', 'country', 'line1', 'line2', 'state'] as const;

const cardParam = () =>
  hash({
    number: needed(text()),
    exp_month: needed(integer(1, 12)),
    exp_year: needed(integer(0, 2100)),
    cvc: text(4),
    ...unbuiltAll('networks'),
    currency: text(3),
    name: text(),
    address_city: text(),
    address_country: text(),
    address_line1: text(),
    address_line2: text(),
    address_state: text(),
    address_zip: text(),
  });

/** A card's number becomes a token, which stands for it once (https://docs.stripe.com/api/tokens/create_card). */
export const tokenOperations: readonly Operation[] = [
  operation(
    'POST /v1/tokens',
    { card: cardParam(), ...unbuiltAll('account', 'bank_account', 'customer', 'cvc_update', 'person', 'pii') },
    ({ unit, params: { card: sent } }) => {
      if (sent === undefined) {
        throw invalid('You must supply either a card, customer, or bank account to create a token.');
      }
      const card = cardEntered(unit, sent, 'card');
      const address = Object.fromEntries(ADDRESS.map((name) => [name, sent[`address_${name}`] ?? null]));
      const billing = { address: { ...address, postal_code: sent.address_zip ?? null }, name: sent.name ?? null };
      // The card as it will be shown; it becomes a card of somebody when the token is used.
      const shown = unit.tried(() => cardView(newCard(unit, card, billing, newId('card'))));
      const row = unit.insert('token', {
        id: newId('tok'),
        object: 'token',
        card: { ...shown, customer: undefined, metadata: {} } as unknown as Stripe.Card,
        client_ip: null,
        created: unit.now,
        livemode: false,
        type: 'card',
        used: false,
        hidden: { card, billing },
      });
      return unit.view('token', row);
    },
    { publishable: true },
  ),
  retrieveOperation('/v1/tokens', 'token'),
];

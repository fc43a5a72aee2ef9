import type { Noun } from '../../state/noun.js';
import type { ItemRow } from './row.js';

/** A line of a checkout session, a payment link or a quote. */
export const item: Noun<ItemRow> = {
  title: 'item',
  prefix: 'li',
  view: ({ hidden: _hidden, ...shown }, unit) => ({
    ...shown,
    price: unit.view('price', unit.need('price', shown.price)),
  }),
  indexes: ['hidden.owner'],
};

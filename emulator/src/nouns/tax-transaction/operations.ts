import type Stripe from 'stripe';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
import {
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  timestamp,
  unbuilt,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { linePage, pageOf } from '../tax-calculation/operations.js';
import type { TaxTransactionRow } from './row.js';

const reversalParams = {
  flat_amount: unbuilt(),
  line_items: listOf(
    hash({
      amount: needed(integer()),
      amount_tax: needed(integer()),
      metadata: metadata(),
      original_line_item: needed(text()),
      quantity: integer(1),
      reference: needed(text(500)),
    }),
  ),
  metadata: metadata(),
  mode: needed(oneOf('full', 'partial')),
  original_transaction: needed(text()),
  reference: needed(text(500)),
  shipping_cost: hash({ amount: needed(integer()), amount_tax: needed(integer()) }),
};

/** What was calculated and then sold, and what was given back of it (https://docs.stripe.com/api/tax/transactions). */
export const transactionOperations: readonly Operation[] = [
  operation(
    'POST /v1/tax/transactions/create_from_calculation',
    { calculation: needed(text()), metadata: metadata(), posted_at: timestamp(), reference: needed(text(500)) },
    ({ unit, params }) => {
      const found = unit.need('tax.calculation', params.calculation, 'calculation');
      if ((found.expires_at ?? 0) < unit.now) throw invalid('The tax calculation has expired.', 'calculation');
      checkReference(unit, params.reference);
      const row = unit.insert('tax.transaction', {
        id: newId('tax'),
        object: 'tax.transaction',
        created: unit.now,
        currency: found.currency,
        customer: found.customer,
        customer_details: found.customer_details,
        livemode: false,
        metadata: mergeMetadata(null, params.metadata),
        posted_at: params.posted_at ?? unit.now,
        reference: params.reference,
        reversal: null,
        ship_from_details: found.ship_from_details,
        shipping_cost: found.shipping_cost,
        tax_date: found.tax_date,
        type: 'transaction',
        hidden: {
          lines: found.hidden.lines.map((line): Stripe.Tax.TransactionLineItem => ({
            id: newId('tax_li'),
            object: 'tax.transaction_line_item',
            amount: line.amount,
            amount_tax: line.amount_tax,
            livemode: false,
            metadata: line.metadata,
            product: line.product,
            quantity: line.quantity,
            reference: line.reference,
            reversal: null,
            tax_behavior: line.tax_behavior,
            tax_code: line.tax_code,
            type: 'transaction',
          })),
        },
      });
      return unit.view('tax.transaction', row);
    },
  ),
  operation('POST /v1/tax/transactions/create_reversal', reversalParams, ({ unit, params }) =>
    unit.view('tax.transaction', reverse(unit, params)),
  ),
  retrieveOperation('/v1/tax/transactions', 'tax.transaction'),
  operation('GET /v1/tax/transactions/:id/line_items', linePage, ({ unit, at: { id = '' }, params }) =>
    pageOf(unit.need('tax.transaction', id).hidden.lines, params, `/v1/tax/transactions/${id}/line_items`),
  ),
];

function checkReference(unit: Unit, reference: string): void {
  if (unit.all('tax.transaction', 'reference', reference).length === 0) return;
  throw invalid(`A tax transaction with the reference ${reference} already exists.`, 'reference');
}

function reverse(unit: Unit, sent: Values<typeof reversalParams>): TaxTransactionRow {
  const original = unit.need('tax.transaction', sent.original_transaction, 'original_transaction');
  checkReference(unit, sent.reference);
  const before = unit.all('tax.transaction', 'reversal.original_transaction', original.id);
  if (sent.mode === 'full' && before.length > 0) {
    throw invalid('The transaction has already been reversed.', 'original_transaction');
  }
  const whole = original.hidden.lines.map((line) => ({
    amount: -line.amount,
    amount_tax: -line.amount_tax,
    original_line_item: line.id,
    reference: line.reference,
    quantity: line.quantity,
  }));
  const asked = sent.mode === 'full' ? whole : (sent.line_items ?? []);
  const shipping = original.shipping_cost;
  return unit.insert('tax.transaction', {
    ...original,
    id: newId('tax'),
    created: unit.now,
    metadata: mergeMetadata(null, sent.metadata),
    posted_at: unit.now,
    reference: sent.reference,
    reversal: { original_transaction: original.id },
    shipping_cost:
      shipping === null
        ? null
        : sent.mode === 'full'
          ? { ...shipping, amount: -shipping.amount, amount_tax: -shipping.amount_tax }
          : { ...shipping, amount: sent.shipping_cost?.amount ?? 0, amount_tax: sent.shipping_cost?.amount_tax ?? 0 },
    type: 'reversal',
    hidden: { lines: asked.map((line, index) => reversedLine(original, line, index)) },
  });
}

type ReversedSent = NonNullable<Values<typeof reversalParams>['line_items']>[number];

/** Its amounts are negative. @throws Problem for more than was sold */
function reversedLine(original: TaxTransactionRow, sent: ReversedSent, index: number): Stripe.Tax.TransactionLineItem {
  const at = `line_items[${index}]`;
  const line = original.hidden.lines.find(({ id }) => id === sent.original_line_item);
  if (line === undefined) throw invalid(`No such line item: '${sent.original_line_item}'`, `${at}[original_line_item]`);
  if (sent.amount > 0 || -sent.amount > line.amount) {
    throw invalid(`The amount must be between -${line.amount} and 0.`, `${at}[amount]`);
  }
  return {
    ...line,
    id: newId('tax_li'),
    amount: sent.amount,
    amount_tax: sent.amount_tax,
    metadata: mergeMetadata(null, sent.metadata),
    quantity: sent.quantity ?? line.quantity,
    reference: sent.reference,
    reversal: { original_line_item: line.id },
    type: 'reversal',
  };
}

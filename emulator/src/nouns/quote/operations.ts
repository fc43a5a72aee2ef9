import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { mergeMetadata, oneOf, text, timestamp, unbuilt } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import type { QuoteRow } from './row.js';
import { acceptQuote, cancelQuote, finalizeQuote } from './status.js';
import { createQuote, priceQuote, quoteParams, quotePatch } from './create.js';
import { clockFilter } from '../test-clock/time.js';
import { itemsOf } from '../item/operations.js';

export const quoteOperations: readonly Operation[] = [
  operation('POST /v1/quotes', quoteParams, ({ unit, params }) => unit.view('quote', createQuote(unit, params))),
  retrieveOperation('/v1/quotes', 'quote'),
  operation('POST /v1/quotes/:id', quoteParams, ({ unit, at, params }) => {
    const row = unit.need('quote', at.id ?? '');
    const { line_items, metadata } = params;
    if (row.status !== 'draft' && Object.keys(params).some((name) => name !== 'metadata')) {
      throw invalid(`A quote can only be edited while it is a draft; this one is ${row.status}.`);
    }
    const patch: Partial<QuoteRow> = given({
      ...quotePatch(unit, params),
      metadata: metadata === undefined ? undefined : mergeMetadata(row.metadata, metadata),
    });
    unit.update('quote', row.id, patch);
    if (line_items !== undefined) {
      for (const line of itemsOf(unit, row.id)) unit.remove('item', line.id);
      priceQuote(unit, row.id, line_items, params.discounts);
    }
    return unit.show('quote', row.id);
  }),
  operation('POST /v1/quotes/:id/finalize', { expires_at: timestamp() }, ({ unit, at, params }) =>
    unit.view('quote', finalizeQuote(unit, at.id ?? '', params.expires_at)),
  ),
  operation('POST /v1/quotes/:id/accept', {}, ({ unit, at }) => unit.view('quote', acceptQuote(unit, at.id ?? ''))),
  operation('POST /v1/quotes/:id/cancel', {}, ({ unit, at }) => unit.view('quote', cancelQuote(unit, at.id ?? ''))),
  listOperation('/v1/quotes/:id/line_items', {
    type: 'item',
    parent: { type: 'quote', field: 'hidden.owner' },
    filters: {},
    oldestFirst: true,
  }),
  listOperation('/v1/quotes/:id/computed_upfront_line_items', {
    type: 'item',
    parent: { type: 'quote', field: 'hidden.owner' },
    filters: {},
    oldestFirst: true,
  }),
  listOperation('/v1/quotes', {
    type: 'quote',
    filters: {
      customer: { param: text(), field: 'customer' },
      customer_account: { param: unbuilt() },
      status: { param: oneOf('accepted', 'canceled', 'draft', 'open'), field: 'status' },
      test_clock: clockFilter,
    },
  }),
];

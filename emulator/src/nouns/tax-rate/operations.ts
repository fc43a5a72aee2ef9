import type Stripe from 'stripe';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { emptyable, flag, fraction, mergeMetadata, metadata, needed, oneOf, text } from '../../api/params.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';

const TAX_TYPES = [
  'amusement_tax',
  'communications_tax',
  'gst',
  'hst',
  'igst',
  'jct',
  'lease_tax',
  'pst',
  'qst',
  'retail_delivery_fee',
  'rst',
  'sales_tax',
  'service_tax',
  'vat',
] as const;

const labels = {
  active: flag(),
  country: text(2),
  description: text(),
  display_name: text(50),
  jurisdiction: text(50),
  metadata: metadata(),
  state: text(2),
  tax_type: oneOf(...TAX_TYPES),
};

export const taxRateOperations: readonly Operation[] = [
  operation(
    'POST /v1/tax_rates',
    {
      ...labels,
      display_name: needed(text(50)),
      inclusive: needed(flag()),
      percentage: needed(fraction(0, 100)),
    },
    ({ unit, params }) => {
      const row: Stripe.TaxRate = {
        id: newId('txr'),
        object: 'tax_rate',
        active: params.active ?? true,
        country: params.country ?? null,
        created: unit.now,
        description: params.description ?? null,
        display_name: params.display_name,
        effective_percentage: null,
        flat_amount: null,
        inclusive: params.inclusive,
        jurisdiction: params.jurisdiction ?? null,
        jurisdiction_level: null,
        livemode: false,
        metadata: mergeMetadata(null, params.metadata),
        percentage: params.percentage,
        rate_type: 'percentage',
        state: params.state ?? null,
        tax_type: params.tax_type ?? null,
      };
      return unit.view('tax_rate', unit.insert('tax_rate', row));
    },
  ),
  retrieveOperation('/v1/tax_rates', 'tax_rate'),
  operation(
    'POST /v1/tax_rates/:id',
    { ...labels, country: emptyable(text(2)), state: emptyable(text(2)) },
    ({ unit, at, params }) => {
      const row = unit.need('tax_rate', at.id ?? '');
      const { metadata: sent, ...rest } = params;
      const patch = given({
        ...rest,
        metadata: sent === undefined ? undefined : mergeMetadata(row.metadata, sent),
      });
      return unit.view('tax_rate', unit.update('tax_rate', row.id, patch));
    },
  ),
  listOperation('/v1/tax_rates', {
    type: 'tax_rate',
    filters: {
      active: { param: flag(), field: 'active' },
      created: range('created'),
      inclusive: { param: flag(), field: 'inclusive' },
    },
  }),
];

/** The tax rates with these ids. @throws Problem for an unknown id. */
export function ratesOf(
  unit: Unit,
  ids: readonly string[] | null | undefined,
  param = 'default_tax_rates',
): Stripe.TaxRate[] {
  return (ids ?? []).map((id) => unit.need('tax_rate', id, param));
}

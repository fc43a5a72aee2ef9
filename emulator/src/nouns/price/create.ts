import { invalid, missing } from '../../api/problem.js';
import { mergeMetadata } from '../../api/params.js';
import { newId } from '../../state/id.js';
import type { PriceRow, Tier } from './row.js';
import type { Unit } from '../../state/unit.js';
import { given } from '../../api/standard.js';

export interface TierSent {
  flat_amount?: number;
  flat_amount_decimal?: string;
  unit_amount?: number;
  unit_amount_decimal?: string;
  up_to: number | 'inf';
}

/** The parameters of a new price, in whichever call it was sent. */
export interface PriceSent {
  id?: string;
  product: string;
  currency: string;
  active?: boolean;
  billing_scheme?: 'per_unit' | 'tiered';
  lookup_key?: string;
  transfer_lookup_key?: boolean;
  metadata?: Record<string, string> | null;
  nickname?: string | null;
  recurring?: {
    interval: 'day' | 'week' | 'month' | 'year';
    interval_count?: number;
    meter?: string;
    trial_period_days?: number;
    usage_type?: 'licensed' | 'metered';
  };
  tax_behavior?: 'exclusive' | 'inclusive' | 'unspecified';
  tiers?: TierSent[];
  tiers_mode?: 'graduated' | 'volume';
  transform_quantity?: { divide_by: number; round: 'down' | 'up' };
  unit_amount?: number;
  unit_amount_decimal?: string;
}

/** The price's row, and for a recurring one its plan by the same id: `price.created`, `plan.created`. */
export function createPrice(unit: Unit, sent: PriceSent): PriceRow {
  unit.need('product', sent.product, 'product');
  if (sent.id !== undefined && unit.find('price', sent.id) !== undefined) {
    throw invalid('Plan already exists.', 'id', 'resource_already_exists');
  }
  if (sent.recurring !== undefined) checkInterval(sent.recurring);
  const amount = amountOf(sent);
  const row: PriceRow = {
    id: sent.id ?? newId('price'),
    object: 'price',
    active: sent.active ?? true,
    billing_scheme: sent.billing_scheme ?? 'per_unit',
    created: unit.now,
    currency: sent.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: lookupKey(unit, sent),
    metadata: mergeMetadata(null, sent.metadata),
    nickname: sent.nickname ?? null,
    product: sent.product,
    recurring:
      sent.recurring === undefined
        ? null
        : {
            interval: sent.recurring.interval,
            interval_count: sent.recurring.interval_count ?? 1,
            meter: sent.recurring.meter ?? null,
            trial_period_days: sent.recurring.trial_period_days ?? null,
            usage_type: sent.recurring.usage_type ?? 'licensed',
          },
    tax_behavior: sent.tax_behavior ?? 'unspecified',
    tiers_mode: sent.tiers_mode ?? null,
    transform_quantity: sent.transform_quantity ?? null,
    type: sent.recurring === undefined ? 'one_time' : 'recurring',
    ...amount,
    ...given({ tiers: sent.tiers?.map(tier) }),
  };
  return unit.insert('price', row);
}

/** At most three years (`recurring[interval_count]` of https://docs.stripe.com/api/prices/create). */
const INTERVALS_MAX = { day: 1095, week: 156, month: 36, year: 3 } as const;

function checkInterval({ interval, interval_count: count = 1 }: NonNullable<PriceSent['recurring']>): void {
  const most = INTERVALS_MAX[interval];
  if (count <= most) return;
  throw invalid(
    `Invalid interval_count for interval=${interval}: must be less than or equal to ${most}.`,
    'recurring[interval_count]',
  );
}

function amountOf(sent: PriceSent): Pick<PriceRow, 'unit_amount' | 'unit_amount_decimal'> {
  if (sent.billing_scheme === 'tiered') {
    if (sent.tiers === undefined) throw invalid('Missing required param: tiers.', 'tiers', 'parameter_missing');
    if (sent.tiers_mode === undefined)
      throw invalid('Missing required param: tiers_mode.', 'tiers_mode', 'parameter_missing');
    return { unit_amount: null, unit_amount_decimal: null };
  }
  if (sent.unit_amount !== undefined && sent.unit_amount_decimal !== undefined) {
    throw invalid('You may only specify one of these parameters: unit_amount, unit_amount_decimal.', 'unit_amount');
  }
  return amounts(sent.unit_amount, sent.unit_amount_decimal, () => {
    throw invalid(
      'Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.',
      'unit_amount',
      'parameter_missing',
    );
  });
}

function amounts(
  amount: number | undefined,
  written: string | undefined,
  none: () => never,
): Pick<PriceRow, 'unit_amount' | 'unit_amount_decimal'> {
  if (amount !== undefined) return { unit_amount: amount, unit_amount_decimal: String(amount) };
  if (written === undefined) return none();
  const number = Number(written);
  return { unit_amount: Number.isInteger(number) ? number : null, unit_amount_decimal: written };
}

function tier(sent: TierSent): Tier {
  return {
    flat_amount: sent.flat_amount ?? null,
    flat_amount_decimal: sent.flat_amount_decimal ?? (sent.flat_amount === undefined ? null : String(sent.flat_amount)),
    unit_amount: sent.unit_amount ?? null,
    unit_amount_decimal: sent.unit_amount_decimal ?? (sent.unit_amount === undefined ? null : String(sent.unit_amount)),
    up_to: sent.up_to === 'inf' ? null : sent.up_to,
  };
}

/** A lookup key belongs to one price. A used one is refused, or transferred if the request says so. */
export function lookupKey(
  unit: Unit,
  sent: { lookup_key?: string; transfer_lookup_key?: boolean },
  own?: string,
): string | null {
  if (sent.lookup_key === undefined) return null;
  for (const holder of unit.all('price', 'lookup_key', sent.lookup_key)) {
    if (holder.id === own) continue;
    if (sent.transfer_lookup_key !== true) {
      throw invalid(
        `A price (\`${holder.id}\`) already uses that lookup key.`,
        'lookup_key',
        'resource_already_exists',
      );
    }
    unit.update('price', holder.id, { lookup_key: null });
  }
  return sent.lookup_key;
}

/** The price that a parameter names. */
export function priceOf(unit: Unit, id: string, param: string): PriceRow {
  const row = unit.find('price', id);
  if (row === undefined) throw missing('price', id, param, 400);
  return row;
}

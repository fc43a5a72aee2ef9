import { invalid, missing } from '../../api/problem.js';
import { mergeMetadata } from '../../api/params.js';
import { newId } from '../../state/id.js';
import { currencyOptions, type CurrencyOptionsSent } from './currency-options.js';
import { customAmount, type CustomAmountSent } from './custom-amount.js';
import type { PriceRow } from './row.js';
import { amounts, tier, type TierSent } from './sent-amount.js';
import type { Unit } from '../../state/unit.js';
import { given } from '../../api/standard.js';

/** The parameters of a new price, in whichever call it was sent. */
export interface PriceSent {
  id?: string;
  product: string;
  currency: string;
  active?: boolean;
  billing_scheme?: 'per_unit' | 'tiered';
  currency_options?: CurrencyOptionsSent;
  custom_unit_amount?: CustomAmountSent;
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
    custom_unit_amount: customAmount(sent.custom_unit_amount),
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
    ...given({ tiers: sent.tiers?.map(tier), currency_options: currencyOptions(sent) }),
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
  if (sent.custom_unit_amount?.enabled === true) {
    checkCustom(sent);
    return { unit_amount: null, unit_amount_decimal: null };
  }
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

/** What the customer chooses is paid once (https://docs.stripe.com/payments/checkout/pay-what-you-want). */
function checkCustom(sent: PriceSent): void {
  const others = ['billing_scheme', 'recurring', 'tiers', 'unit_amount', 'unit_amount_decimal'] as const;
  const other = others.find((name) => sent[name] !== undefined && sent[name] !== 'per_unit');
  if (other === undefined) return;
  throw invalid(`You may only specify one of these parameters: custom_unit_amount, ${other}.`, 'custom_unit_amount');
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

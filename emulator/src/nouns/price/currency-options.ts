import type Stripe from 'stripe';
import { decimal, hash, integer, listOf, mapOf, needed, oneOf, orWord } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { customAmount, customAmountParam, type CustomAmountSent } from './custom-amount.js';
import type { PriceRow, Tier } from './row.js';
import { amounts, tier, type TierSent } from './sent-amount.js';

/** What a price costs in another currency (https://docs.stripe.com/api/prices/object#price_object-currency_options). */
export interface CurrencyOption {
  custom_unit_amount: Stripe.Price.CustomUnitAmount | null;
  tax_behavior: PriceRow['tax_behavior'];
  tiers?: Tier[];
  unit_amount: number | null;
  unit_amount_decimal: string | null;
}

interface OptionSent {
  custom_unit_amount?: CustomAmountSent;
  tax_behavior?: 'exclusive' | 'inclusive' | 'unspecified';
  tiers?: TierSent[];
  unit_amount?: number;
  unit_amount_decimal?: string;
}
export type CurrencyOptionsSent = Record<string, OptionSent>;

const AMOUNT_MAX = 99_999_999;

export const tiersParam = () =>
  listOf(
    hash({
      flat_amount: integer(0, AMOUNT_MAX),
      flat_amount_decimal: decimal(),
      unit_amount: integer(0, AMOUNT_MAX),
      unit_amount_decimal: decimal(),
      up_to: needed(orWord('inf', integer(1))),
    }),
  );

export const currencyOptionsParam = () =>
  mapOf(
    hash({
      custom_unit_amount: customAmountParam(),
      tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
      tiers: tiersParam(),
      unit_amount: integer(0, AMOUNT_MAX),
      unit_amount_decimal: decimal(),
    }),
  );

/** The options of a new or changed price. @throws Problem for a currency that is none, and for an amount of another form */
export function currencyOptions(sent: {
  billing_scheme?: string | null;
  currency: string;
  currency_options?: CurrencyOptionsSent;
}): Record<string, CurrencyOption> | undefined {
  if (sent.currency_options === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(sent.currency_options).map(([currency, option]) => {
      const at = `currency_options[${currency}]`;
      if (!/^[a-z]{3}$/.test(currency)) throw invalid(`Invalid currency: ${currency}.`, at);
      if (currency === sent.currency) {
        throw invalid('The default currency of the price cannot be one of its `currency_options`.', at);
      }
      return [currency, optionOf(option, sent.billing_scheme === 'tiered', at)];
    }),
  );
}

function optionOf(sent: OptionSent, tiered: boolean, at: string): CurrencyOption {
  if (tiered !== (sent.tiers !== undefined)) {
    throw invalid(`Missing or unexpected param: ${at}[tiers].`, `${at}[tiers]`);
  }
  const none = { unit_amount: null, unit_amount_decimal: null };
  const amount =
    tiered || sent.custom_unit_amount?.enabled === true
      ? none
      : amounts(sent.unit_amount, sent.unit_amount_decimal, () => {
          throw invalid(`Missing required param: ${at}[unit_amount].`, `${at}[unit_amount]`, 'parameter_missing');
        });
  return {
    custom_unit_amount: customAmount(sent.custom_unit_amount),
    tax_behavior: sent.tax_behavior ?? 'unspecified',
    ...given({ tiers: sent.tiers?.map(tier) }),
    ...amount,
  };
}

/** The options of an existing price after a change: those that are sent take the place of the ones of their currency. */
export function changedOptions(
  { billing_scheme, currency, currency_options: had }: PriceRow,
  sent: CurrencyOptionsSent | null | undefined,
): Record<string, CurrencyOption> | undefined {
  if (sent === undefined) return undefined;
  return sent === null ? {} : { ...had, ...currencyOptions({ billing_scheme, currency, currency_options: sent }) };
}

/** The price as it is in a currency; undefined if it has none in that. */
export function priceIn(price: PriceRow, currency: string): PriceRow | undefined {
  if (price.currency === currency) return price;
  const option = price.currency_options?.[currency];
  if (option === undefined) return undefined;
  const { custom_unit_amount, tax_behavior, tiers, unit_amount, unit_amount_decimal } = option;
  return {
    ...price,
    currency,
    custom_unit_amount,
    tax_behavior,
    unit_amount,
    unit_amount_decimal,
    ...given({ tiers }),
  };
}

/** `currency_options`, when asked for: the price's own currency is one of them. */
export function optionsOf(id: string, unit: Unit): Json {
  const price = unit.find('price', id);
  if (price === undefined) return {};
  const { currency, currency_options: others, custom_unit_amount, tax_behavior, tiers } = price;
  const { unit_amount, unit_amount_decimal } = price;
  const own = { custom_unit_amount, tax_behavior, ...given({ tiers }), unit_amount, unit_amount_decimal };
  return { [currency]: own, ...others };
}

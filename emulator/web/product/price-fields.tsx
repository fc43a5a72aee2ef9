import { useSignal, type Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { SelectField, TextField } from '../../../web/shared/field.js';
import { minorUnits } from '../../../web/shared/money.js';
import type { Param } from '../../../web/shared/encode.js';

/** The form fields of a new price, and their error messages. */
export interface PriceDraft {
  readonly amount: Signal<string>;
  readonly currency: Signal<string>;
  readonly interval: Signal<string>;
  readonly trialDays: Signal<string>;
  readonly wrongAmount: Signal<string | null>;
  readonly wrongTrial: Signal<string | null>;
}

export function usePriceDraft(): PriceDraft {
  return {
    amount: useSignal(''),
    currency: useSignal('eur'),
    interval: useSignal('month'),
    trialDays: useSignal(''),
    wrongAmount: useSignal<string | null>(null),
    wrongTrial: useSignal<string | null>(null),
  };
}

/** The form of a new price. Only a recurring price has trial days. */
export function PriceFields({ draft }: { draft: PriceDraft }): VNode {
  return (
    <>
      <div class="form-row">
        <TextField
          label="Amount"
          value={draft.amount}
          wrong={draft.wrongAmount.value}
          inputMode="decimal"
          placeholder="10.00"
        />
        <SelectField label="Currency" value={draft.currency} options={currencies} />
      </div>
      <div class="form-row">
        <SelectField label="Billed" value={draft.interval} options={intervals} />
        {draft.interval.value !== 'once' && (
          <TextField
            label="Trial days"
            value={draft.trialDays}
            wrong={draft.wrongTrial.value}
            inputMode="numeric"
            placeholder="none"
          />
        )}
      </div>
    </>
  );
}

/** The API parameters of the draft. Null if something is wrong; then the fields show the error. */
export function readPrice(draft: PriceDraft): { create: Readonly<Record<string, Param>>; trialDays: number } | null {
  const amount = minorUnits(draft.amount.value, draft.currency.value);
  const recurring = draft.interval.value !== 'once';
  const trialDays = recurring ? wholeDays(draft.trialDays.value) : 0;
  draft.wrongAmount.value = amount === null ? 'Enter an amount such as 10.00' : null;
  draft.wrongTrial.value = trialDays === null ? wrongDays : null;
  if (amount === null || trialDays === null) return null;
  const base = { unit_amount: amount, currency: draft.currency.value };
  return { create: recurring ? { ...base, recurring: { interval: draft.interval.value } } : base, trialDays };
}

/** The typed trial days. An empty text is 0. Null if it is not a number of days that Stripe accepts. */
export function wholeDays(typed: string): number | null {
  if (!/^\d{0,3}$/.test(typed.trim())) return null;
  const days = Number(typed.trim() || '0');
  return days <= 730 ? days : null;
}

export const wrongDays = 'Enter whole days, at most 730';

export const currencies = ['eur', 'usd', 'gbp', 'chf', 'jpy'].map((code) => [code, code.toUpperCase()] as const);

const intervals = [
  ['month', 'Monthly'],
  ['year', 'Yearly'],
  ['week', 'Weekly'],
  ['day', 'Daily'],
  ['once', 'Once'],
] as const;

import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import { emptyable, hash, listOf, needed, oneOf, text } from '../../api/params.js';
import { given } from '../../api/standard.js';
import type { InvoiceRow } from '../invoice/row.js';

const fields = {
  account_tax_ids: emptyable(listOf(text())),
  custom_fields: emptyable(listOf(hash({ name: needed(text(40)), value: needed(text(140)) }), 4)),
  description: emptyable(text()),
  footer: emptyable(text()),
  issuer: hash({ account: text(), type: needed(oneOf('account', 'self')) }),
};

/** What every invoice of a subscription says (the SDK's type `Subscription.InvoiceSettings`). */
export const invoiceSettingsParam = () => hash(fields);

type Settings = Stripe.Subscription.InvoiceSettings;

const NONE: Settings = {
  account_tax_ids: null,
  custom_fields: null,
  description: null,
  footer: null,
  issuer: { type: 'self' },
};

/** The settings that were sent over those there are. Undefined if none were sent. */
export function settingsOf(old: Settings | undefined, sent: Values<typeof fields> | undefined): Settings | undefined {
  if (sent === undefined) return undefined;
  return { ...NONE, ...old, ...(given(sent) as Partial<Settings>) };
}

export const firstSettings = (sent: Values<typeof fields> | undefined): Settings => ({
  ...NONE,
  ...(given(sent ?? {}) as Partial<Settings>),
});

/** What an invoice takes over. */
export const saidOnInvoice = (settings: Settings): Partial<InvoiceRow> => ({
  account_tax_ids: settings.account_tax_ids,
  custom_fields: settings.custom_fields,
  description: settings.description,
  footer: settings.footer,
  issuer: settings.issuer,
});

import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import { emptyable, flag, hash, needed, oneOf, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { complete } from '../../api/standard.js';
import type { CheckoutSessionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { createTaxId } from '../tax-id/operations.js';

const message = () => emptyable(hash({ message: needed(text(1200)) }));
const name = () => hash({ enabled: needed(flag()), optional: flag() });

/** Consent, names, tax ids and words of one's own: of checkout sessions and payment links alike. */
export const askParams = {
  consent_collection: hash({
    payment_method_reuse_agreement: hash({ position: needed(oneOf('auto', 'hidden')) }),
    promotions: oneOf('auto', 'none'),
    terms_of_service: oneOf('none', 'required'),
  }),
  custom_text: hash({
    after_submit: message(),
    shipping_address: message(),
    submit: message(),
    terms_of_service_acceptance: message(),
  }),
  name_collection: emptyable(hash({ business: name(), individual: name() })),
  tax_id_collection: hash({ enabled: needed(flag()), required: oneOf('if_supported', 'never') }),
};
type Sent = Values<typeof askParams>;

/** What the customer answered. */
export interface Answers {
  business_name?: string | null | undefined;
  individual_name?: string | null | undefined;
  consent?: { promotions?: string | undefined; terms_of_service?: string | undefined } | undefined;
  tax_id?: { type: string; value: string } | undefined;
}

const CONSENTS = ['payment_method_reuse_agreement', 'promotions', 'terms_of_service'] as const;
const TEXTS = ['after_submit', 'shipping_address', 'submit', 'terms_of_service_acceptance'] as const;

type Asked = Pick<CheckoutSessionRow, 'consent_collection' | 'custom_text' | 'tax_id_collection'> & {
  name_collection?: Stripe.Checkout.Session.NameCollection;
};

/** As a new session or link shows it. */
export function toAsk(sent: Sent): Asked {
  const { business, individual } = sent.name_collection ?? {};
  const full = (one: typeof business) =>
    one === undefined ? {} : { enabled: one.enabled, optional: one.optional ?? false };
  return {
    consent_collection: complete(CONSENTS, sent.consent_collection) as Asked['consent_collection'],
    custom_text: complete(TEXTS, sent.custom_text ?? {}) as Asked['custom_text'],
    ...(sent.name_collection == null
      ? {}
      : {
          name_collection: {
            ...(business === undefined ? {} : { business: full(business) }),
            ...(individual === undefined ? {} : { individual: full(individual) }),
          } as Stripe.Checkout.Session.NameCollection,
        }),
    tax_id_collection: {
      enabled: sent.tax_id_collection?.enabled ?? false,
      required: sent.tax_id_collection?.required ?? 'never',
    },
  };
}

/** Puts the answers into the session. @throws Problem for what is missing */
export function answer(unit: Unit, row: CheckoutSessionRow, sent: Answers): CheckoutSessionRow {
  const { business, individual } = row.name_collection ?? {};
  const names = {
    business_name: nameOf('business_name', business, sent.business_name),
    individual_name: nameOf('individual_name', individual, sent.individual_name),
  };
  const { enabled = false, required = 'never' } = row.tax_id_collection ?? {};
  const taxId = enabled ? sent.tax_id : undefined;
  // Here every country has tax ids.
  if (enabled && required === 'if_supported' && taxId === undefined) throw missing('tax_id');
  if (taxId !== undefined && !sent.business_name && names.business_name === null) throw missing('business_name');
  const details = row.customer_details;
  const business_name = names.business_name ?? (taxId === undefined ? null : (sent.business_name ?? null));
  return unit.update('checkout.session', row.id, {
    collected_information: {
      ...(row.collected_information ?? { shipping_details: null }),
      ...names,
      business_name,
    },
    consent: consentOf(row, sent),
    customer_details:
      details === null
        ? null
        : {
            ...details,
            individual_name: names.individual_name,
            business_name,
            tax_ids: [...(details.tax_ids ?? []), ...(taxId === undefined ? [] : [taxId])],
          },
  });
}

function nameOf(
  param: string,
  asked: { enabled: boolean; optional: boolean } | undefined,
  sent: string | null | undefined,
): string | null {
  if (asked?.enabled !== true) return null;
  if (!sent && !asked.optional) throw missing(param);
  return sent || null;
}

function consentOf(
  { consent_collection: asked }: CheckoutSessionRow,
  sent: Answers,
): Stripe.Checkout.Session.Consent | null {
  if (asked === null) return null;
  const accepted = sent.consent?.terms_of_service === 'accepted';
  if (asked.terms_of_service === 'required' && !accepted) {
    throw invalid('The terms of service must be accepted.', 'consent[terms_of_service]', 'parameter_missing');
  }
  return {
    promotions: asked.promotions === 'auto' ? (sent.consent?.promotions ?? 'opt_out') : null,
    terms_of_service: asked.terms_of_service === 'required' ? 'accepted' : null,
  };
}

/** What the customer is known by from now on: their tax id, and what `customer_update` lets the session change. */
export function tellCustomer(unit: Unit, row: CheckoutSessionRow): void {
  const customer = unit.find('customer', idOf(row.customer));
  if (customer === undefined) return;
  const known = unit.all('tax_id', 'customer', customer.id);
  for (const { type, value } of row.customer_details?.tax_ids ?? []) {
    if (value === null || known.some((one) => one.type === type && one.value === value)) continue;
    createTaxId(unit, customer.id, { type, value });
  }
  const { address, name: named, business_name, individual_name } = row.customer_details ?? {};
  // Absent in a state kept from before there was such a thing.
  const { updates } = row.hidden;
  unit.update('customer', customer.id, {
    ...(updates?.address && address ? { address } : {}),
    ...(updates?.name && named ? { name: named } : {}),
    ...(updates?.name && business_name ? { business_name } : {}),
    ...(updates?.name && individual_name ? { individual_name } : {}),
    ...(updates?.shipping && row.collected_information?.shipping_details
      ? { shipping: row.collected_information.shipping_details }
      : {}),
  });
}

const missing = (param: string): Error => invalid(`Missing required param: ${param}.`, param, 'parameter_missing');

import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { fullAddress } from '../shared/params.js';
import type { PaymentMethodRow } from './row.js';

export interface BillingSent {
  address?: Parameters<typeof fullAddress>[0];
  email?: string | null;
  name?: string | null;
  phone?: string | null;
  tax_id?: string | null;
}

/** What differs from one new payment method to another. */
export interface NewMethod {
  /** Default: a new id. */
  id?: string;
  type: string;
  billing?: BillingSent | undefined;
  /** What Stripe shows below the name of the type. */
  shown: object;
  /** Of the card or the account: it decides how payments end. */
  number: string;
}

/** A payment method of no customer yet. Makes no event, as Stripe makes none. */
export function insertMethod(
  unit: Unit,
  { id = newId('pm'), type, billing = {}, shown, number }: NewMethod,
): PaymentMethodRow {
  return unit.insert('payment_method', {
    id,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: {
      address: fullAddress(billing.address ?? {}),
      email: billing.email ?? null,
      name: billing.name ?? null,
      phone: billing.phone ?? null,
      tax_id: billing.tax_id ?? null,
    },
    created: unit.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type,
    [type]: shown,
    hidden: { card: number, authenticated: false, spent: false },
  });
}

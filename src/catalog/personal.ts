/** What stands in place of a value that may be about a person. */
export const HIDDEN = '(hidden)';

/**
 * Fields of Stripe's objects that may have a name, an address, or another fact about a person, at any depth. Free text
 * is among them, because people write names into it. Source: the fields of Stripe's Node types, 23.1.
 */
const PERSONAL: ReadonlySet<string> = new Set([
  'account_holder_name',
  'account_name',
  'address',
  'billing_details',
  'bank_name',
  'body',
  'business_name',
  'business_profile',
  'company',
  'customer_account_name',
  'customer_address',
  'customer_details',
  'customer_email',
  'customer_name',
  'customer_phone',
  'customer_shipping',
  'customer_tax_ids',
  'custom_fields',
  'description',
  'display_name',
  'dob',
  'email',
  'evidence',
  'exp_month',
  'exp_year',
  'fingerprint',
  'first_name',
  'footer',
  'id_number',
  'individual',
  'individual_name',
  'ip',
  'ip_address',
  'last4',
  'last_name',
  'memo',
  'metadata',
  'name',
  'nickname',
  'owner',
  'payer_details',
  'phone',
  'receipt_email',
  'receipt_number',
  'recipient_name',
  'shipping',
  'shipping_details',
  'statement_descriptor',
  'support_email',
  'support_phone',
  'tax_id',
  'tax_ids',
  'user_agent',
  'verified_address',
  'verified_email',
  'verified_name',
  'verified_phone',
]);

export function isPersonal(field: string): boolean {
  return PERSONAL.has(field);
}

/** A copy in which every value below a personal field is hidden. Null and empty values stay: they say nothing. */
export function withoutPersonal(value: unknown, hide = false): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutPersonal(inner, hide));
  if (typeof value === 'object' && value !== null) {
    const object = value as Readonly<Record<string, unknown>>;
    // The value of a tax id has no telling name.
    const isTaxId = object['object'] === 'tax_id';
    return Object.fromEntries(
      Object.entries(object).map(([field, inner]) => [
        field,
        withoutPersonal(inner, hide || isPersonal(field) || (isTaxId && field === 'value')),
      ]),
    );
  }
  if (!hide || value === null || value === undefined || value === '') return value;
  return HIDDEN;
}

/**
 * A table's name: the plural of Stripe's. 'checkout.session' → 'checkout_sessions', 'treasury.transaction_entry' →
 * '…_entries'.
 */
export function tableName(object: string): string {
  const flat = object.replaceAll('.', '_');
  if (flat.endsWith('s')) return flat;
  return /[^aeiou]y$/.test(flat) ? `${flat.slice(0, -1)}ies` : `${flat}s`;
}

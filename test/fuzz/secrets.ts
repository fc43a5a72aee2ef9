/** Secret wherever they stand; written down here a second time, so that a gap in the catalog does not hide itself. */
const anywhere = ['client_secret', 'signing_secret', 'use_stripe_sdk', 'redirect_to_url'];

/** Secret in an object of the type. */
const byType: ReadonlyMap<unknown, string> = new Map([
  ['checkout.session', 'url'],
  ['billing_portal.session', 'url'],
  ['webhook_endpoint', 'secret'],
  ['ephemeral_key', 'secret'],
]);

export const secretNames: readonly string[] = anywhere;
export const typesWithSecrets: readonly string[] = [...byType.keys()] as string[];

/** The name of the secret field that only such an object has. */
export function secretNameOf(type: unknown): string | undefined {
  return byType.get(type);
}

/** How many secrets stand in a value, however deep. */
export function countSecrets(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : secretKeys(value).length;
  return Object.values(value).reduce<number>((sum, inner) => sum + countSecrets(inner), own);
}

/** A copy without them. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const secret = secretKeys(value);
  const copy = {};
  for (const [key, inner] of Object.entries(value)) {
    if (secret.includes(key)) continue;
    const kept = { value: withoutSecrets(inner), enumerable: true, configurable: true, writable: true };
    Object.defineProperty(copy, key, kept); // `__proto__` is a field like any other
  }
  return copy;
}

function secretKeys(object: object): string[] {
  const names = [...anywhere, byType.get((object as Record<string, unknown>)['object'])];
  return Object.entries(object).flatMap(([key, value]) => (names.includes(key) && value !== null ? [key] : []));
}

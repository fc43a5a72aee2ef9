/** The id of what a field refers to. Stripe sends the id, or the whole object where it was expanded. undefined: neither. */
export function idOf(reference: string | { id: string }): string;
export function idOf(reference: unknown): string | undefined;
export function idOf(reference: unknown): string | undefined {
  if (typeof reference === 'string') return reference;
  const id = typeof reference === 'object' && reference !== null && 'id' in reference ? reference.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

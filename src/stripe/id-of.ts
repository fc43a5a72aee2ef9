/** The id in a field. Stripe sends the id, or the whole object if it was expanded. Undefined if there is neither. */
export function idOf(reference: string | { id: string }): string;
export function idOf(reference: unknown): string | undefined;
export function idOf(reference: unknown): string | undefined {
  if (typeof reference === 'string') return reference;
  const id = typeof reference === 'object' && reference !== null && 'id' in reference ? reference.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

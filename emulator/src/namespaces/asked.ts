import { LockstepError } from '../../../src/kernel/error.js';
import { checkName, isNamespaceKey, NAMESPACE_HEADER, namespaceOfKey } from './name.js';

/** Where a request may name its namespace. */
export interface NamingRequest {
  /** The name in its path, `/ns/ada/…`. */
  prefix: string | undefined;
  /** The value of the header `lockstep-namespace`. */
  header: string | undefined;
  /** The key that it is made with. */
  key: string | undefined;
}

/**
 * The namespace that a request is for; undefined for the default one.
 * @throws LockstepError `namespace_invalid` if a name is not valid, or two places name two namespaces
 */
export function namespaceAsked({ prefix, header, key }: NamingRequest): string | undefined {
  const named = [
    { where: 'path', name: prefix },
    { where: `header ${NAMESPACE_HEADER}`, name: header },
    { where: 'key', name: key === undefined ? undefined : nameInKey(key) },
  ].filter((one): one is { where: string; name: string } => one.name !== undefined);
  const [first, ...others] = named;
  if (first === undefined) return undefined;
  checkName(first.name);
  const other = others.find(({ name }) => name !== first.name);
  if (other === undefined) return first.name;
  throw new LockstepError(
    'namespace_invalid',
    `The ${first.where} names the namespace "${first.name}", and the ${other.where} names "${other.name.slice(0, 100)}"`,
    { hint: 'name one namespace, in one place' },
  );
}

function nameInKey(key: string): string | undefined {
  const name = namespaceOfKey(key);
  if (name !== undefined || !isNamespaceKey(key)) return name;
  throw new LockstepError('namespace_invalid', `The key ${key.slice(0, 60)} does not name a namespace`, {
    hint: 'use sk_test_ns_ and 1 to 40 letters and digits, then nothing or an underscore and anything',
  });
}

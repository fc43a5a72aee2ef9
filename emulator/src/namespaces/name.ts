import { LockstepError } from '../../../src/kernel/error.js';
import type { AccountIdentity } from '../state/store.js';

/** Letters and digits only: a name is a part of keys, of the account's id, and of addresses. */
const NAME = /^[A-Za-z0-9]{1,40}$/;
const KEY = /^(?:sk|pk|rk)_test_ns_([A-Za-z0-9]{1,40})(?:_\w*)?$/;
const PREFIX = /^\/ns\/([^/]*)(?=\/|$)/;

/** The header that names the namespace of a request, for clients that cannot choose their key. */
export const NAMESPACE_HEADER = 'lockstep-namespace';

/**
 * The namespace of a key: `sk_test_ns_ada` and `sk_test_ns_ada_anything` → `ada`. Undefined for a key of the default
 * one. Stripe's own keys have no underscore after `test_`, so none of them names a namespace.
 */
export const namespaceOfKey = (key: string): string | undefined => KEY.exec(key)?.[1];

/** Whether a key means to name a namespace, be the name valid or not. */
export const isNamespaceKey = (key: string): boolean => /^(?:sk|pk|rk)_test_ns_/.test(key);

/** `/ns/ada/c/pay/cs_1` → the namespace `ada` and the path `/c/pay/cs_1`; `/ns/ada` is its dashboard, `/`. */
export function withoutPrefix(path: string): { path: string; prefix?: string } {
  const found = PREFIX.exec(path);
  if (found === null) return { path };
  const rest = path.slice(found[0].length);
  return { path: rest === '' ? '/' : rest, prefix: found[1] ?? '' };
}

/** What the addresses of a namespace's pages begin with, after the host. */
export const prefixOf = (name: string): string => `/ns/${name}`;

/** The account and the keys of a namespace. They follow from its name, so a test can write them down. */
export const identityOf = (name: string): AccountIdentity => ({
  account: `acct_ns_${name}`,
  secretKey: `sk_test_ns_${name}`,
  publishableKey: `pk_test_ns_${name}`,
});

/** @throws LockstepError `namespace_invalid` */
export function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new LockstepError('namespace_invalid', `"${name.slice(0, 100)}" is not a name of a namespace`, {
    hint: 'use 1 to 40 letters and digits, as in sk_test_ns_ada',
  });
}

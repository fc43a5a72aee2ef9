import type { VNode } from 'preact';
import { customerName } from './customers.js';
import { href } from '../route.js';

type Customer = string | { readonly id: string; readonly name?: string | null } | null | undefined;

/** A customer by name where the answer brought it along, else by id. */
export function personName(customer: Customer): string {
  if (customer === null || customer === undefined) return '–';
  return typeof customer === 'string' ? customer : customerName(customer);
}

/** The same, as the way to its page. */
export function PersonLink({ of }: { of: Customer }): VNode {
  const id = idIn(of);
  return id === undefined ? <span class="soft">–</span> : <a href={href('customers', id)}>{personName(of)}</a>;
}

/** The id in a field that may hold a whole object. */
export function idIn(value: string | { readonly id: string } | null | undefined): string | undefined {
  return typeof value === 'string' ? value : (value?.id ?? undefined);
}

/** A link to what such a field names; nothing where it names nothing. */
export function linkTo(view: string, value: string | { readonly id: string } | null | undefined): VNode | undefined {
  const id = idIn(value);
  return id === undefined ? undefined : <a href={href(view, id)}>{id}</a>;
}

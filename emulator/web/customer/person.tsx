import type { VNode } from 'preact';
import { customerName } from './customers.js';
import { href } from '../route.js';

type Customer = string | { readonly id: string; readonly name?: string | null } | null | undefined;

/** The customer's name if the API expanded the field, else the id. */
export function personName(customer: Customer): string {
  if (customer === null || customer === undefined) return '–';
  return typeof customer === 'string' ? customer : customerName(customer);
}

/** The same text as a link to the customer's page. */
export function PersonLink({ of }: { of: Customer }): VNode {
  const id = idIn(of);
  return id === undefined ? <span class="soft">–</span> : <a href={href('customers', id)}>{personName(of)}</a>;
}

/** The id in a field that holds either an id or an expanded object. */
export function idIn(value: string | { readonly id: string } | null | undefined): string | undefined {
  return typeof value === 'string' ? value : (value?.id ?? undefined);
}

/** A link to the object in such a field. Undefined if the field is empty. */
export function linkTo(view: string, value: string | { readonly id: string } | null | undefined): VNode | undefined {
  const id = idIn(value);
  return id === undefined ? undefined : <a href={href(view, id)}>{id}</a>;
}

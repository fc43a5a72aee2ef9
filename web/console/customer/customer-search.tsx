import type { VNode } from 'preact';
import { SearchPage } from '../object/object-search.js';

/** Opens a customer by its id. */
export function CustomerSearch(): VNode {
  return (
    <SearchPage
      title="Customers"
      about="Everything about one customer: its objects, and their events."
      view="customers"
      placeholder="cus_…"
    />
  );
}

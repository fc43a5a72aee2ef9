import { catalogOfTable, ownersOf, type ObjectName } from '../catalog/catalog.js';
import { userViews } from './access/views.js';

/** Types that the calls themselves read, beside the views. */
const read: readonly ObjectName[] = ['checkout.session', 'setup_intent', 'subscription_schedule'];

/** The types without which nobody could say what a user has: those that the views read, and those that the calls read. */
export const neededTypes: ReadonlySet<string> = new Set([...read, ...typesOfViews()]);

/** What a list inside another object holds comes with that object. */
function typesOfViews(): string[] {
  const tables = [...userViews('s').matchAll(/"s"\."(\w+)"/g)].map(([, table]) => table as string);
  return tables.flatMap((table) => {
    const type = catalogOfTable(table)?.object ?? '';
    return [type, ...ownersOf(type)];
  });
}

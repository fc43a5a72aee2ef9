import type { InvoiceRow } from './row.js';
import type { Unit } from '../../state/unit.js';

/** The invoice of a hosted page's address, `acct_…/test_…`, or of the PDF below it. */
export function invoiceOfPage(unit: Unit, slug: string): InvoiceRow | undefined {
  const address = `${unit.store.origin}/i/${slug.replace(/\/pdf$/, '')}`;
  return unit.all('invoice', 'hosted_invoice_url', address)[0];
}

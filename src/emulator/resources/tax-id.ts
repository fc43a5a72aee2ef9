import { listOperation } from '../api/list.js';
import type { Operation } from '../api/operation.js';
import { operation } from '../api/operation.js';
import { hash, needed, oneOf, text, unbuilt } from '../api/params.js';
import { invalid, missing } from '../api/problem.js';
import { deletedStub, retrieveOperation } from '../api/standard.js';
import { newId } from '../state/id.js';
import type { Resource } from '../state/resource.js';
import type { TaxIdRow } from '../state/rows.js';
import type { Unit } from '../state/unit.js';

export const taxId: Resource<'tax_id'> = {
  title: 'tax ID',
  prefix: 'txi',
  created: [{ name: 'customer.tax_id.created', when: ({ customer }) => customer !== null }],
  updated: [{ name: 'customer.tax_id.updated', when: ({ customer }) => customer !== null }],
  deleted: [{ name: 'customer.tax_id.deleted', when: ({ customer }) => customer !== null }],
};

/** The kinds that Stripe checks with an authority; the others are taken as they are. */
const VERIFIED = new Set(['eu_vat', 'gb_vat', 'au_abn']);
const EU_VAT = /^[A-Z]{2}[0-9A-Z+*]{2,12}$/;
/** Values for testing, and how their check ends (https://docs.stripe.com/billing/customer/tax-ids, "Test tax IDs"). */
const MAGIC: Readonly<Record<string, 'pending' | 'unverified' | 'verified'>> = {
  '000000000': 'verified',
  '111111111': 'unverified',
  '222222222': 'pending',
};

const fields = { type: needed(text(40)), value: needed(text(200)) };

export const taxIdOperations: readonly Operation[] = [
  operation('POST /v1/customers/:customer/tax_ids', fields, ({ unit, at, params }) => {
    const customer = unit.need('customer', at.customer ?? '');
    return unit.view('tax_id', createTaxId(unit, customer.id, params));
  }),
  operation('GET /v1/customers/:customer/tax_ids/:id', {}, ({ unit, at }) =>
    unit.view('tax_id', own(unit, at.customer, at.id)),
  ),
  operation('DELETE /v1/customers/:customer/tax_ids/:id', {}, ({ unit, at }) => {
    const row = own(unit, at.customer, at.id);
    unit.remove('tax_id', row.id);
    return deletedStub(row.id, 'tax_id');
  }),
  listOperation('/v1/customers/:id/tax_ids', {
    type: 'tax_id',
    parent: { type: 'customer', field: 'customer' },
    filters: {},
  }),
  operation(
    'POST /v1/tax_ids',
    {
      ...fields,
      owner: hash({
        type: needed(oneOf('account', 'application', 'customer', 'self')),
        customer: text(),
        account: unbuilt(),
        customer_account: unbuilt(),
      }),
    },
    ({ unit, params }) => {
      const { owner } = params;
      const customer = owner?.customer === undefined ? null : unit.need('customer', owner.customer, 'owner[customer]');
      return unit.view('tax_id', createTaxId(unit, customer?.id ?? null, params));
    },
  ),
  retrieveOperation('/v1/tax_ids', 'tax_id'),
  operation('DELETE /v1/tax_ids/:id', {}, ({ unit, at }) => {
    unit.remove('tax_id', at.id ?? '');
    return deletedStub(at.id ?? '', 'tax_id');
  }),
  // Without an owner Stripe lists the account's own, not everybody's.
  listOperation('/v1/tax_ids', {
    type: 'tax_id',
    filters: {
      owner: {
        param: hash({ type: needed(oneOf('account', 'application', 'customer', 'self')), customer: text() }),
        test: (row, owner: { type: string; customer?: string } | undefined) =>
          owner?.type === 'customer' ? row.customer === owner.customer : row.customer === null,
        always: true,
      },
    },
  }),
];

/** A tax id of a customer, or of the account itself. @throws Problem for a value that cannot be one. */
export function createTaxId(unit: Unit, customer: string | null, sent: { type: string; value: string }): TaxIdRow {
  const outcome = VERIFIED.has(sent.type) ? MAGIC[sent.value] : undefined;
  if (sent.type === 'eu_vat' && outcome === undefined && !EU_VAT.test(sent.value)) {
    throw invalid(`Invalid value for ${sent.type}.`, 'value', 'tax_id_invalid');
  }
  const country =
    sent.type === 'eu_vat' && outcome === undefined ? sent.value.slice(0, 2) : sent.type.slice(0, 2).toUpperCase();
  const id = newId('txi');
  if (customer !== null && outcome !== undefined) unit.later((later) => verify(later, id, outcome));
  return unit.insert('tax_id', {
    id,
    object: 'tax_id',
    country,
    created: unit.now,
    customer,
    customer_account: null,
    livemode: false,
    owner:
      customer === null
        ? { customer_account: null, type: 'self' }
        : { customer, customer_account: null, type: 'customer' },
    type: sent.type,
    value: sent.value,
    verification:
      customer === null
        ? null
        : {
            status: VERIFIED.has(sent.type) ? 'pending' : 'unavailable',
            verified_address: null,
            verified_name: null,
          },
  });
}

/** The authority's answer, after Stripe's own: `customer.tax_id.updated`. */
function verify(unit: Unit, id: string, status: 'pending' | 'unverified' | 'verified'): void {
  const row = unit.find('tax_id', id);
  if (row?.verification == null) return;
  const found = status === 'verified' ? { verified_address: 'Verified address', verified_name: 'Verified name' } : {};
  unit.update('tax_id', id, { verification: { ...row.verification, ...found, status } });
}

function own(unit: Unit, customer = '', id = ''): TaxIdRow {
  unit.need('customer', customer);
  const row = unit.find('tax_id', id);
  if (row === undefined || row.customer !== customer) throw missing('tax ID', id, 'id', 404);
  return row;
}

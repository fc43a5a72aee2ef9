import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  catalogOf,
  events,
  isEventType,
  knownObject,
  objects,
  ownedLists,
  ownedObjects,
  ownersOf,
  secretsOf,
} from './catalog.js';
import { rowId } from './identity.js';
import { overrides, type Override } from './overrides.js';

// Read from the SDK without the generator's help: every path it asks by GET, placeholders as `{}`.
const sdk = path.resolve(createRequire(import.meta.url).resolve('stripe'), '../../esm/resources');
const files = readdirSync(sdk, { recursive: true, encoding: 'utf8' }).map((file) => path.join(sdk, file));
const paths = new Set(
  files
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/_makeRequest\('GET', [`']([^`']+)[`']/g)])
    .map((match) => String(match[1]).replace(/\$\{encodeURIComponent\(\w+\)\}/g, '{}')),
);
const asked = (address: string): string => address.replace(/\{\w+\}/g, '{}');

describe('the catalog', () => {
  it('knows every type by its name and says nothing of unknown ones', () => {
    expect(catalogOf('checkout.session')?.table).toBe('checkout_sessions');
    expect(catalogOf('from_the_future')).toBeUndefined();
    expect(catalogOf('toString')).toBeUndefined();
  });

  it('names only paths that the SDK asks', () => {
    expect(paths.size).toBeGreaterThan(250);
    const named = objects.flatMap((object) => [
      ...(object.retrieve === null ? [] : [object.retrieve]),
      ...object.nestedRetrieve,
      ...object.lists.map((list) => list.path),
      ...(object.search === null ? [] : [object.search]),
      ...object.subLists.flatMap((list) => list.path ?? []),
    ]);
    expect(named.filter((address) => !paths.has(asked(address)))).toEqual([]);
    expect(named.length).toBeGreaterThan(280);
  });

  it('completes every sub-list by a listing of its members that is given all it requires', () => {
    for (const object of objects)
      for (const { field, objects: members, path: address, query } of object.subLists) {
        const at = `${object.object}.${field}`;
        expect(address, at).not.toBeNull();
        const list = members
          .flatMap((member) => catalogOf(member)?.lists ?? [])
          .find((one) => asked(one.path) === asked(address ?? ''));
        expect(list, at).toBeDefined();
        expect(list?.filters, at).toEqual(expect.arrayContaining(Object.keys(query)));
        expect(Object.keys(query), at).toEqual(expect.arrayContaining([...(list?.required ?? [])]));
        for (const placeholder of Object.values(query).filter((value) => value !== '{id}'))
          expect(
            object.columns.map((column) => `{${column.field}}`),
            at,
          ).toContain(placeholder);
        expect(`${address ?? ''} ${Object.values(query).join(' ')}`, at).toContain('{id}');
      }
    expect(knownObject('subscription').subLists).toEqual([
      {
        field: 'items',
        objects: ['subscription_item'],
        path: '/v1/subscription_items',
        query: { subscription: '{id}' },
        owned: true,
      },
    ]);
    expect(knownObject('invoice').subLists).toContainEqual({
      field: 'lines',
      objects: ['line_item'],
      path: '/v1/invoices/{id}/lines',
      query: {},
      owned: true,
    });
  });

  it('owns only children of one type, which have a table and no events of their own', () => {
    for (const object of objects)
      for (const list of ownedLists(object)) {
        expect(list.objects).toHaveLength(1);
        const child = catalogOf(list.objects[0] ?? '');
        expect(child?.table).not.toBeNull();
        expect(child?.events).toEqual([]);
      }
    expect([...ownedObjects].sort()).toEqual([
      'credit_note_line_item',
      'entitlements.active_entitlement',
      'item',
      'line_item',
      'subscription_item',
      'tax.calculation_line_item',
      'tax.transaction_line_item',
      'transfer_reversal',
    ]);
    expect(ownersOf('item')).toEqual(['checkout.session', 'payment_link', 'quote']);
    expect(ownersOf('customer')).toEqual([]);
  });

  it('says for each of the 275 event types which objects it may be about', () => {
    const types = Object.keys(events);
    expect(types).toHaveLength(275);
    expect(types.filter((type) => events[type]?.length === 1)).toHaveLength(268);
    expect(events['customer.subscription.deleted']).toEqual(['subscription']);
    expect(events['customer.source.created']).toEqual(['account', 'bank_account', 'card', 'source']);
    expect(events['account.external_account.updated']).toEqual(['bank_account', 'card']);
    expect(isEventType('price.deleted')).toBe(true);
    expect(isEventType('constructor')).toBe(false);
  });

  it('lists past the traps: canceled subscriptions and inactive prices too', () => {
    expect(knownObject('subscription').listPasses).toEqual([{ status: 'all' }]);
    expect(knownObject('price').listPasses).toEqual([{ active: 'true' }, { active: 'false' }]);
    expect(knownObject('customer').listPasses).toEqual([{}]);
    for (const object of objects)
      for (const name of object.listPasses.flatMap((pass) => Object.keys(pass)))
        expect(object.lists[0]?.filters, object.object).toContain(name);
    expect(knownObject('credit_note_line_item').lists.map((list) => list.path)).toEqual([
      '/v1/credit_notes/{credit_note}/lines',
    ]);
  });

  it('settles each of the 21 types without an id, and gives no table only with a reason', () => {
    const withoutId = objects.filter((object) => object.key !== 'id');
    expect(withoutId).toHaveLength(21);
    for (const object of objects) expect(object.table === null, object.object).toBe(object.noTable !== null);
    for (const object of withoutId) expect(object.table === null, object.object).toBe(object.key === 'none');
    expect(
      objects.filter((object) => object.table === null && object.key === 'id').map((object) => object.object),
    ).toEqual([
      'apps.secret',
      'billing.meter_event_summary',
      'confirmation_token',
      'ephemeral_key',
      'event',
      'token',
      'v2.billing.meter_event_adjustment',
      'v2.billing.meter_event_session',
      'v2.core.account_person_token',
      'v2.core.account_token',
      'v2.core.event',
    ]);
  });

  it('keeps a row under the id of the object, of its customer, or of the account', () => {
    expect(rowId(knownObject('customer'), { id: 'cus_1' })).toBe('cus_1');
    expect(rowId(knownObject('customer'), { id: 7 })).toBeNull();
    expect(rowId(knownObject('cash_balance'), { customer: 'cus_1' })).toBe('cus_1');
    expect(rowId(knownObject('balance'), {})).toBe('balance');
    expect(rowId(knownObject('login_link'), { id: 'x' })).toBeNull();
  });

  it('overrides only what is there', () => {
    for (const [name, override] of Object.entries<Override>(overrides)) {
      const object = catalogOf(name);
      expect(object, name).toBeDefined();
      const fields = object?.columns.map((column) => column.field) ?? [];
      const lists = object?.subLists.map((list) => list.field) ?? [];
      expect(lists, name).toEqual(
        expect.arrayContaining([...(override.owns ?? []), ...Object.keys(override.subLists ?? {})]),
      );
      expect(fields, name).toEqual(expect.arrayContaining(Object.keys(override.columns ?? {})));
      expect([...fields, 'id'], name).toEqual(expect.arrayContaining([...(override.secrets ?? [])]));
    }
  });
});

describe('secrets', () => {
  it('cover every field of the SDK that is named one', () => {
    // Fields of requests and answers that are not secrets themselves.
    const harmless = ['confirmation_secret', 'secrets'];
    const named = files
      .filter((file) => file.endsWith('.d.ts'))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^ +(?:readonly )?(\w*secret\w*)\??:/gm)])
      .map((match) => String(match[1]));
    const covered = new Set(objects.flatMap((object) => secretsOf(object.object)));
    expect(named.length).toBeGreaterThan(15);
    expect([...new Set(named)].filter((name) => !covered.has(name) && !harmless.includes(name))).toEqual([]);
  });

  it('cover every address in a stored object that lets its bearer act', () => {
    const open = objects
      .filter((object) => object.table !== null)
      .flatMap((object) => object.columns.map(({ field }) => ({ field, object: object.object })))
      .filter(({ field, object }) => /(^|_)(url|secret|token)$/.test(field) && !secretsOf(object).includes(field))
      .map(({ object, field }) => `${object}.${field}`);
    // Pages for anyone with the document, the seller's own addresses, references to an Issuing token, and an object that
    // only holds a client secret.
    expect(open).toEqual([
      'billing_portal.configuration.default_return_url',
      'billing_portal.session.return_url',
      'charge.receipt_url',
      'checkout.session.cancel_url',
      'checkout.session.return_url',
      'checkout.session.success_url',
      'climate.supplier.info_url',
      'file.url',
      'file_link.url',
      'financial_connections.session.return_url',
      'forwarding.request.url',
      'invoice.confirmation_secret',
      'invoice.hosted_invoice_url',
      'issuing.authorization.token',
      'issuing.transaction.token',
      'payment_link.url',
      'product.url',
      'treasury.credit_reversal.hosted_regulatory_receipt_url',
      'treasury.debit_reversal.hosted_regulatory_receipt_url',
      'treasury.inbound_transfer.hosted_regulatory_receipt_url',
      'treasury.outbound_payment.hosted_regulatory_receipt_url',
      'treasury.outbound_transfer.hosted_regulatory_receipt_url',
      'treasury.received_credit.hosted_regulatory_receipt_url',
      'treasury.received_debit.hosted_regulatory_receipt_url',
      'webhook_endpoint.url',
    ]);
  });

  it('are known for an object of any type, or of none', () => {
    expect(secretsOf('checkout.session')).toEqual(expect.arrayContaining(['client_secret', 'url']));
    expect(secretsOf('webhook_endpoint')).toContain('secret');
    expect(secretsOf(undefined)).toContain('client_secret');
    expect(secretsOf('payment_link')).not.toContain('url');
  });
});

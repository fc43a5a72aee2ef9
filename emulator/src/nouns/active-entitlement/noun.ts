import type Stripe from 'stripe';
import { SUBLIST_MAX, listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { flag, mergeMetadata, metadata, needed, text } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { deletedStub, given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Resource } from '../../state/resource.js';
import type { Json } from '../../state/rows.js';
import type { ActiveEntitlementRow } from './row.js';
import type { ProductFeatureRow } from '../product-feature/row.js';
import type { Unit } from '../../state/unit.js';

/** What a product gives those who subscribe to it. Features have no events. */
export const feature: Resource<'entitlements.feature'> = { title: 'feature', prefix: 'feat' };

export const productFeature: Resource<'product_feature'> = {
  title: 'product feature',
  prefix: 'prodft',
  view: ({ hidden: _hidden, ...shown }, unit) => ({
    ...shown,
    entitlement_feature: unit.show('entitlements.feature', shown.entitlement_feature),
  }),
};

export const activeEntitlement: Resource<'entitlements.active_entitlement'> = {
  title: 'active entitlement',
  prefix: 'ent',
  view: ({ hidden: _hidden, ...shown }) => shown,
};

export const entitlementOperations: readonly Operation[] = [
  operation(
    'POST /v1/entitlements/features',
    { lookup_key: needed(text(80)), name: needed(text(80)), metadata: metadata() },
    ({ unit, params }) => {
      if (unit.all('entitlements.feature', 'lookup_key', params.lookup_key).length > 0) {
        throw invalid(`A feature with the lookup key '${params.lookup_key}' already exists.`, 'lookup_key');
      }
      const row: Stripe.Entitlements.Feature = {
        id: newId('feat'),
        object: 'entitlements.feature',
        active: true,
        livemode: false,
        lookup_key: params.lookup_key,
        metadata: mergeMetadata(null, params.metadata),
        name: params.name,
      };
      return unit.view('entitlements.feature', unit.insert('entitlements.feature', row));
    },
  ),
  retrieveOperation('/v1/entitlements/features', 'entitlements.feature'),
  operation(
    'POST /v1/entitlements/features/:id',
    { active: flag(), metadata: metadata(), name: text(80) },
    ({ unit, at, params }) => {
      const row = unit.need('entitlements.feature', at.id ?? '');
      const patch = given({
        active: params.active,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        name: params.name,
      });
      return unit.view('entitlements.feature', unit.update('entitlements.feature', row.id, patch));
    },
  ),
  listOperation('/v1/entitlements/features', {
    type: 'entitlements.feature',
    filters: {
      archived: { param: flag(), test: (row, archived: boolean) => row.active !== archived },
      lookup_key: { param: text(), field: 'lookup_key' },
    },
  }),
  operation('POST /v1/products/:product/features', { entitlement_feature: needed(text()) }, ({ unit, at, params }) => {
    const product = unit.need('product', at.product ?? '');
    const { id } = unit.need('entitlements.feature', params.entitlement_feature, 'entitlement_feature');
    const row = unit.insert('product_feature', {
      id: newId('prodft'),
      object: 'product_feature',
      entitlement_feature: id,
      livemode: false,
      hidden: { product: product.id },
    });
    return unit.view('product_feature', row);
  }),
  operation('GET /v1/products/:product/features/:id', {}, ({ unit, at }) =>
    unit.view('product_feature', own(unit, at.product, at.id)),
  ),
  operation('DELETE /v1/products/:product/features/:id', {}, ({ unit, at }) => {
    const row = own(unit, at.product, at.id);
    unit.remove('product_feature', row.id);
    return deletedStub(row.id, 'product_feature');
  }),
  listOperation('/v1/products/:id/features', {
    type: 'product_feature',
    parent: { type: 'product', field: 'hidden.product' },
    filters: {},
  }),
  retrieveOperation('/v1/entitlements/active_entitlements', 'entitlements.active_entitlement'),
  listOperation('/v1/entitlements/active_entitlements', {
    type: 'entitlements.active_entitlement',
    filters: { customer: { param: needed(text()), field: 'hidden.customer' } },
  }),
];

function own(unit: Unit, product = '', id = ''): ProductFeatureRow {
  unit.need('product', product);
  const row = unit.find('product_feature', id);
  if (row === undefined || row.hidden.product !== product) throw missing('product feature', id, 'id', 404);
  return row;
}

const GRANTING: ReadonlySet<string> = new Set(['active', 'past_due', 'trialing']);

/**
 * Brings a customer's active entitlements in line with its subscriptions: `entitlements.active_entitlement_summary.updated`
 * when that changes anything.
 */
export function entitle(unit: Unit, customer: string): void {
  const wanted = new Set(featuresOf(unit, customer));
  const before = summary(unit, customer);
  const held = unit.all('entitlements.active_entitlement', 'hidden.customer', customer);
  const gone = held.filter(({ feature: id }) => !wanted.has(id as string));
  for (const row of gone) unit.remove('entitlements.active_entitlement', row.id);
  const made = [...wanted].filter((id) => !held.some((row) => row.feature === id));
  for (const id of made) unit.insert('entitlements.active_entitlement', newEntitlement(unit, customer, id));
  if (gone.length + made.length === 0) return;
  unit.tell('entitlements.active_entitlement_summary.updated', summary(unit, customer), before);
}

function featuresOf(unit: Unit, customer: string): string[] {
  return unit
    .all('subscription', 'customer', customer)
    .filter(({ status }) => GRANTING.has(status))
    .flatMap(({ id }) => unit.all('subscription_item', 'subscription', id))
    .flatMap(({ price }) => unit.all('product_feature', 'hidden.product', unit.find('price', price)?.product ?? ''))
    .map(({ entitlement_feature }) => entitlement_feature);
}

function newEntitlement(unit: Unit, customer: string, id: string): ActiveEntitlementRow {
  return {
    id: newId('ent'),
    object: 'entitlements.active_entitlement',
    feature: id,
    livemode: false,
    lookup_key: unit.need('entitlements.feature', id).lookup_key,
    hidden: { customer },
  };
}

/** The object that has no id and no address of its own: it comes only with its event. */
function summary(unit: Unit, customer: string): Json {
  const rows = unit.all('entitlements.active_entitlement', 'hidden.customer', customer);
  const entitlements = {
    object: 'list',
    data: rows.slice(0, SUBLIST_MAX).map((row) => unit.view('entitlements.active_entitlement', row)),
    has_more: rows.length > SUBLIST_MAX,
    url: `/v1/customer/${customer}/entitlements`,
  };
  return { object: 'entitlements.active_entitlement_summary', customer, entitlements, livemode: false };
}

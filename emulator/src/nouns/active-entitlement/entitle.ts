import { SUBLIST_MAX } from '../../api/list.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { ActiveEntitlementRow } from './row.js';
import type { Unit } from '../../state/unit.js';

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

import type Stripe from 'stripe';
import { LockstepError } from '../../kernel/error.js';
import type { Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import { json } from '../../store/json.js';
import { name, sql } from '../../store/sql.js';
import type { Gateway } from '../../stripe/gateway.js';
import { idOf } from '../../stripe/id-of.js';
import { LOOKUP_KEY_MAX, stripeId } from '../validate.js';
import { explainStripe } from '../explain.js';
import type { BillingConfig } from '../settings.js';
import type { WantedItem } from './create-decision.js';
import { DEFAULT_GROUP, GROUP_METADATA } from '../access/views.js';

/** A price that may be bought. */
export interface Offered {
  id: string;
  product: string;
  group: string;
  /** Whether it is billed by usage. Then it has no quantity. */
  metered: boolean;
}

/** What is for sale. */
export interface Prices {
  /**
   * Returns the items with each lookup key replaced by the price's id. A name that is both is taken as an id.
   * @param held ids that need not be looked up
   * @throws price_not_found, request_invalid a price is named twice
   */
  named(items: readonly WantedItem[], held?: ReadonlySet<string>): Promise<readonly WantedItem[]>;
  /**
   * Returns the prices with these ids.
   * @param listed whether only prices that the option billing.prices names are allowed
   * @throws price_not_found the price does not exist, or is no longer active
   * @throws price_not_allowed the option does not name it
   */
  offered(ids: readonly string[], listed: boolean): Promise<Offered[]>;
  /** The group of each product. */
  groupsOf(products: readonly string[]): Promise<Map<string, string>>;
}

export interface PricesDeps {
  database: Database;
  gateway: Gateway;
  source: Source;
  mirrorSchema: string;
  /** The option billing.prices. */
  allowed: BillingConfig['prices'];
}

interface Price {
  id: string;
  product: string;
  lookupKey: string | null;
  active: boolean;
  metered: boolean;
}

export function createPrices(deps: PricesDeps): Prices {
  return {
    named: (items, held = new Set()) => named(deps, items, held),
    offered: (ids, listed) => offered(deps, ids, listed),
    groupsOf: (products) => groupsOf(deps, products),
  };
}

async function named(
  deps: PricesDeps,
  items: readonly WantedItem[],
  held: ReadonlySet<string>,
): Promise<readonly WantedItem[]> {
  const names = items.map(({ price }) => stripeId(price, 'price')).filter((price) => !held.has(price));
  const ids = await idsOf(deps, names);
  const renamed = items.map((item) => ({ ...item, price: ids.get(item.price) ?? item.price }));
  if (new Set(renamed.map(({ price }) => price)).size === renamed.length) return renamed;
  throw new LockstepError('request_invalid', 'The same price is given twice', {
    hint: 'give it once, with a quantity',
  });
}

async function offered(deps: PricesDeps, ids: readonly string[], listed: boolean): Promise<Offered[]> {
  const mirrored = new Map((await readMirrored(deps, ids)).map((price) => [price.id, price]));
  const prices: Price[] = [];
  for (const id of ids) {
    const price = mirrored.get(stripeId(id, 'price'));
    prices.push(price?.active === true ? price : await readFresh(deps, id));
  }
  for (const price of prices) if (!isAllowed(price, deps.allowed, listed)) throw notAllowed(price.id);
  const groups = await groupsOf(deps, [...new Set(prices.map(({ product }) => product))]);
  return prices.map(({ id, product, metered }) => ({
    id,
    product,
    metered,
    group: groups.get(product) ?? DEFAULT_GROUP,
  }));
}

async function groupsOf(deps: PricesDeps, products: readonly string[]): Promise<Map<string, string>> {
  const { database, source, mirrorSchema } = deps;
  const rows = await database.query<{ id: string; group: string }>(sql`
    select p.id, coalesce(p.metadata ->> ${GROUP_METADATA}, ${DEFAULT_GROUP}) as group from ${name(mirrorSchema, 'products')} p
    where p.account = ${source.account} and p.livemode = ${source.livemode} and not p.deleted
      and p.id = any(array(select jsonb_array_elements_text(${json(products)}::jsonb)))`);
  const groups = new Map(rows.map(({ id, group }) => [id, group]));
  for (const id of products) {
    if (groups.has(id)) continue;
    const product = await read<Stripe.Product>(deps.gateway, 'product', id);
    groups.set(id, product?.metadata?.[GROUP_METADATA] ?? DEFAULT_GROUP);
  }
  return groups;
}

/** The price's id for each name, which is an id or a lookup key. */
async function idsOf(deps: PricesDeps, names: readonly string[]): Promise<Map<string, string>> {
  const prices = names.length === 0 ? [] : await readMirrored(deps, names);
  const ids = new Map<string, string>();
  for (const each of names) {
    const price = prices.find(({ id }) => id === each) ?? prices.find(({ lookupKey }) => lookupKey === each);
    ids.set(each, price?.id ?? (await readFresh(deps, each)).id);
  }
  return ids;
}

/** Reads from the mirror the prices with these ids, and the active prices with these lookup keys. */
function readMirrored({ database, source, mirrorSchema }: PricesDeps, names: readonly string[]): Promise<Price[]> {
  return database.query<Price>(sql`
    select p.id, p.product, p.lookup_key as "lookupKey", p.active and not p.deleted as active,
      coalesce(p.recurring ->> 'usage_type' = 'metered', false) as metered
    from ${name(mirrorSchema, 'prices')} p
    where p.account = ${source.account} and p.livemode = ${source.livemode} and p.product is not null
      and (p.id = any(array(select jsonb_array_elements_text(${json(names)}::jsonb)))
        or p.active and not p.deleted and p.lookup_key = any(array(select jsonb_array_elements_text(${json(names)}::jsonb))))`);
}

/**
 * Reads a price from Stripe, because the mirror does not have it, or has it as archived, which may have changed.
 * @throws price_not_found
 */
async function readFresh({ gateway }: PricesDeps, idOrLookupKey: string): Promise<Price> {
  const price =
    (await read<Stripe.Price>(gateway, 'price', idOrLookupKey)) ?? (await byLookupKey(gateway, idOrLookupKey));
  if (price?.active !== true) throw notFound(idOrLookupKey);
  return {
    id: price.id,
    product: idOf(price.product),
    lookupKey: price.lookup_key,
    active: true,
    metered: price.recurring?.usage_type === 'metered',
  };
}

async function read<Of>(gateway: Gateway, type: string, id: string): Promise<Of | null> {
  try {
    return (await gateway.read(type, id, {})).found as Of | null;
  } catch (error) {
    throw explainStripe(error);
  }
}

async function byLookupKey(gateway: Gateway, key: string): Promise<Stripe.Price | undefined> {
  if (key.length > LOOKUP_KEY_MAX) return undefined;
  try {
    const { data } = await gateway.list('/v1/prices', { lookup_keys: [key], active: true });
    return data[0] as Stripe.Price | undefined;
  } catch (error) {
    throw explainStripe(error);
  }
}

function isAllowed({ id, product, lookupKey }: Price, allowed: BillingConfig['prices'], listed: boolean): boolean {
  if (allowed === undefined) return !listed;
  return allowed.some((entry) => entry === id || entry === product || entry === lookupKey);
}

function notFound(id: string): LockstepError {
  return new LockstepError('price_not_found', `No active price ${JSON.stringify(id)}`, {
    hint: 'use the ID or the lookup key of an active price',
    facts: { price: id },
  });
}

function notAllowed(id: string): LockstepError {
  return new LockstepError('price_not_allowed', `Price ${JSON.stringify(id)} is not offered`, {
    hint: 'add it, its product or its lookup key to the option billing.prices',
    facts: { id },
  });
}

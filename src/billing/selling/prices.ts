import { LockstepError } from '../../kernel/error.js';
import type { Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import { json } from '../../store/json.js';
import { name, sql } from '../../store/sql.js';
import type { Gateway, StripeObject } from '../../stripe/gateway.js';
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
  /** Billed by usage: it has no quantity. */
  metered: boolean;
}

/** What is for sale. */
export interface Prices {
  /**
   * The same items with the prices' ids, where some are named by their lookup keys. An id goes before a lookup key.
   * @param held ids that need not be looked up
   * @throws price_not_found, request_invalid a price is named twice
   */
  named(items: readonly WantedItem[], held?: ReadonlySet<string>): Promise<readonly WantedItem[]>;
  /**
   * The prices with these ids.
   * @param listed only what the option billing.prices names
   * @throws price_not_found Stripe has no such price, or not any more
   * @throws price_not_allowed it is not on the list
   */
  offered(ids: readonly string[], listed: boolean): Promise<Offered[]>;
  /** The group of each product. */
  groupsOf(products: readonly string[]): Promise<Map<string, string>>;
}

export interface PricesOptions {
  database: Database;
  gateway: Gateway;
  source: Source;
  mirrorSchema: string;
  allowed: BillingConfig['prices'];
}

interface Row {
  id: string;
  product: string;
  lookupKey: string | null;
  active: boolean;
  metered: boolean;
}

export function createPrices({ database, gateway, source, mirrorSchema, allowed }: PricesOptions): Prices {
  const standing = (ids: readonly string[]): Promise<Row[]> =>
    database.query<Row>(sql`
      select p.id, p.product, p.lookup_key as "lookupKey", p.active and not p.deleted as active,
        coalesce(p.recurring ->> 'usage_type' = 'metered', false) as metered
      from ${name(mirrorSchema, 'prices')} p
      where p.account = ${source.account} and p.livemode = ${source.livemode} and p.product is not null
        and (p.id = any(array(select jsonb_array_elements_text(${json(ids)}::jsonb)))
          or p.active and not p.deleted and p.lookup_key = any(array(select jsonb_array_elements_text(${json(ids)}::jsonb))))`);

  // One that was made a moment ago, or that the mirror has as archived, which may be over by now.
  const fresh = async (id: string): Promise<Row> => {
    const { found } = await read('price', id);
    const row = found === null ? await byLookupKey(id) : found;
    if (row?.['active'] !== true) throw notFound(id);
    const { usage_type: usage } = (row['recurring'] ?? {}) as { usage_type?: string };
    const [product, lookupKey] = [idOf(row['product']), textOf(row['lookup_key'])];
    return { id: row.id as string, product, lookupKey, active: true, metered: usage === 'metered' };
  };

  const byLookupKey = async (key: string): Promise<StripeObject | undefined> => {
    if (key.length > LOOKUP_KEY_MAX) return undefined;
    try {
      return (await gateway.list('/v1/prices', { lookup_keys: [key], active: true })).data[0];
    } catch (error) {
      throw explainStripe(error);
    }
  };

  const read = async (type: string, id: string): Promise<{ found: StripeObject | null }> => {
    try {
      return await gateway.read(type, id, {});
    } catch (error) {
      throw explainStripe(error);
    }
  };

  /** The id behind each name: its own, or that of the price with this lookup key. */
  const idsOf = async (names: readonly string[]): Promise<Map<string, string>> => {
    const rows = names.length === 0 ? [] : await standing(names);
    const ids = new Map<string, string>();
    for (const each of names) {
      const row = rows.find(({ id }) => id === each) ?? rows.find(({ lookupKey }) => lookupKey === each);
      ids.set(each, row?.id ?? (await fresh(each)).id);
    }
    return ids;
  };

  const groupsOf: Prices['groupsOf'] = async (products) => {
    const rows = await database.query<{ id: string; group: string }>(sql`
      select p.id, coalesce(p.metadata ->> ${GROUP_METADATA}, ${DEFAULT_GROUP}) as group from ${name(mirrorSchema, 'products')} p
      where p.account = ${source.account} and p.livemode = ${source.livemode} and not p.deleted
        and p.id = any(array(select jsonb_array_elements_text(${json(products)}::jsonb)))`);
    const groups = new Map(rows.map(({ id, group }) => [id, group]));
    for (const id of products) if (!groups.has(id)) groups.set(id, groupOf((await read('product', id)).found));
    return groups;
  };

  return {
    groupsOf,
    async named(items, held = new Set()) {
      const asked = items.map(({ price }) => stripeId(price, 'price')).filter((price) => !held.has(price));
      const ids = await idsOf(asked);
      const named = items.map((item) => ({ ...item, price: ids.get(item.price) ?? item.price }));
      if (new Set(named.map(({ price }) => price)).size === named.length) return named;
      throw new LockstepError('request_invalid', 'The same price is given twice', {
        hint: 'give it once, with a quantity',
      });
    },
    async offered(ids, listed) {
      const rows = new Map((await standing(ids)).map((row) => [row.id, row]));
      const found: Row[] = [];
      for (const id of ids) {
        const row = rows.get(stripeId(id, 'price'));
        found.push(row?.active === true ? row : await fresh(id));
      }
      for (const row of found) if (!isAllowed(row, allowed, listed)) throw notAllowed(row.id);
      const groups = await groupsOf([...new Set(found.map(({ product }) => product))]);
      return found.map(({ id, product, metered }) => ({
        id,
        product,
        metered,
        group: groups.get(product) ?? DEFAULT_GROUP,
      }));
    },
  };
}

function isAllowed({ id, product, lookupKey }: Row, allowed: BillingConfig['prices'], listed: boolean): boolean {
  if (allowed === undefined) return !listed;
  return allowed.some((one) => one === id || one === product || one === lookupKey);
}

function groupOf(product: StripeObject | null): string {
  const metadata = product?.['metadata'] as Record<string, string> | null | undefined;
  return metadata?.[GROUP_METADATA] ?? DEFAULT_GROUP;
}

function idOf(reference: unknown): string {
  return typeof reference === 'string' ? reference : String((reference as StripeObject).id);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
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

import type { Chance } from '../../kernel/chance.js';
import { LockstepError } from '../../kernel/error.js';
import type { Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import { sql, trusted, type Sql } from '../../store/sql.js';
import type { Gateway } from '../../stripe/gateway.js';
import type { Entitlement, InvoiceState, Renewal, SubscriptionState, SubscriptionFilter } from './access.js';

export interface AccessDeps {
  database: Database;
  gateway: Gateway;
  chance: Chance;
  source: Source;
  /** Whether a past-due subscription still gives access while Stripe retries the payment. */
  pastDueKeepsAccess: boolean;
}

/** What the queries depend on, and the user whose rows they read. */
export interface AccessReader extends AccessDeps {
  userId: string;
}

export const LIST_MAX = 100;
const INVOICES_DEFAULT = 24;
const ENTITLEMENTS_MAX = 1_000;

/** The condition under which a subscription gives access. */
export function accessCondition({ pastDueKeepsAccess }: AccessDeps): Sql {
  return pastDueKeepsAccess ? trusted('access') : trusted('(access and not past_due)');
}

/** Whether one of the user's subscriptions meets the condition. */
export async function hasSubscription(
  reader: AccessReader,
  condition: Sql,
  filter: SubscriptionFilter = {},
): Promise<boolean> {
  const view = trusted(isEmpty(filter) ? 'lockstep.user_subscriptions' : 'lockstep.user_subscription_items');
  const [row] = await reader.database.query<{ found: boolean }>(sql`
    select exists (select from ${view} where ${ofUser(reader)} and ${condition} ${andItemMatches(filter)}) as found`);
  return row?.found === true;
}

export function listSubscriptions(
  reader: AccessReader,
  filter: SubscriptionFilter,
  limit: number,
): Promise<SubscriptionState[]> {
  const access = accessCondition(reader);
  return reader.database.query<SubscriptionState>(sql`
    select s.subscription_id as id, s.status, ${access} as access, s.on_trial as "onTrial", s.past_due as "pastDue",
      s.will_end as "willEnd", s.on_grace_period and ${access} as "onGracePeriod", s.ended, s.ends_at as "endsAt",
      s.trial_end as "trialEnd", s.current_period_end as "currentPeriodEnd", s.collection_paused as "collectionPaused",
      s.created, s.proven_at is not null as proven, coalesce(items.list, '[]') as items
    from (select * from lockstep.user_subscriptions where ${ofUser(reader)}) s
    left join lateral (
      select jsonb_agg(jsonb_build_object('id', item_id, 'price', price_id, 'product', product_id, 'group', product_group,
        'quantity', quantity) order by item_id) as list
      from lockstep.user_subscription_items i
      where ${ofUser(reader)} and i.subscription_id = s.subscription_id) items on true
    where ${itemCondition(reader, filter, trusted('s.subscription_id'))}
    order by ${access} desc, s.ended, s.created desc, s.subscription_id desc limit ${limit}`);
}

export function listEntitlements(reader: AccessReader): Promise<Entitlement[]> {
  return reader.database.query<Entitlement>(sql`
    select entitlement_id as id, lookup_key as "lookupKey", feature_id as feature from lockstep.user_entitlements
    where ${ofUser(reader)} order by lookup_key limit ${ENTITLEMENTS_MAX}`);
}

/** @throws request_invalid */
export async function hasFeature(reader: AccessReader, lookupKey: string): Promise<boolean> {
  const [row] = await reader.database.query<{ found: boolean }>(sql`
    select exists (select from lockstep.user_entitlements where ${ofUser(reader)} and lookup_key = ${checkedName(lookupKey)}) as found`);
  return row?.found === true;
}

/** @throws request_invalid */
export function listInvoices(
  reader: AccessReader,
  { limit = INVOICES_DEFAULT, before }: { limit?: number | undefined; before?: Date | undefined },
): Promise<InvoiceState[]> {
  if (!Number.isInteger(limit))
    throw invalid('The limit must be a whole number', `pass 1 to ${LIST_MAX}, or leave it out for ${INVOICES_DEFAULT}`);
  if (Number.isNaN(before?.getTime()))
    throw invalid('The date in "before" must be a valid date', 'pass a valid Date, or leave it out');
  return reader.database.query<InvoiceState>(sql`
    select invoice_id as id, number, status, currency, total, amount_due as "amountDue", amount_paid as "amountPaid",
      amount_remaining as "amountRemaining", created, due_date as "dueDate", subscription_id as subscription,
      hosted_invoice_url as "hostedUrl", invoice_pdf as "pdfUrl"
    from lockstep.user_invoices
    where ${ofUser(reader)} and status is distinct from 'draft' and created < coalesce(${before ?? null}::timestamptz, 'infinity')
    order by created desc, invoice_id desc limit ${Math.max(1, Math.min(limit, LIST_MAX))}`);
}

export function listRenewals(reader: AccessReader, filter: SubscriptionFilter): Promise<Renewal[]> {
  return reader.database.query<Renewal>(sql`
    select subscription_id as subscription, renews_at as at, currency, amount
    from lockstep.user_renewals r
    where ${ofUser(reader)} and ${itemCondition(reader, filter, trusted('r.subscription_id'))}
    order by renews_at, subscription_id limit ${LIST_MAX}`);
}

function ofUser({ source, userId }: AccessReader): Sql {
  return sql`account = ${source.account} and livemode = ${source.livemode} and user_id = ${userId}`;
}

/** A SQL condition: the subscription has an item that matches the filter. An empty filter matches every one. */
function itemCondition(reader: AccessReader, filter: SubscriptionFilter, subscription: Sql): Sql {
  if (isEmpty(filter)) return trusted('true');
  return sql`exists (
    select from lockstep.user_subscription_items i
    where ${ofUser(reader)} and i.subscription_id = ${subscription} ${andItemMatches(filter)})`;
}

function isEmpty({ product, price, group }: SubscriptionFilter): boolean {
  return product === undefined && price === undefined && group === undefined;
}

function andItemMatches({ product, price, group }: SubscriptionFilter): Sql {
  const andProduct = product === undefined ? trusted('') : sql`and product_id = ${checkedName(product)}`;
  const andPrice = price === undefined ? trusted('') : sql`and price_id = ${checkedName(price)}`;
  const andGroup = group === undefined ? trusted('') : sql`and product_group = ${checkedName(group)}`;
  return sql`${andProduct} ${andPrice} ${andGroup}`;
}

/** Rejects a name that contains NUL, which PostgreSQL cannot store. @throws request_invalid */
function checkedName(text: string): string {
  if (!/\0/.test(text)) return text;
  throw invalid('A name must not contain NUL', 'remove the NUL character from the name');
}

function invalid(rule: string, hint: string): LockstepError {
  return new LockstepError('request_invalid', rule, { hint });
}

import { quoteName, quoteText } from '../../store/sql.js';

/** The field of a customer's metadata that names the user it was made for. */
export const USER_METADATA = 'lockstep_user';
/** The field of a product's metadata that names its group: at most one subscription of a user is active in each. */
export const GROUP_METADATA = 'lockstep_group';
/** The group of a product that names none. */
export const DEFAULT_GROUP = 'default';

/**
 * The SQL of the views that say what a user has. They are the only place that says what each status means, for
 * Lockstep's calls and for the app's own SQL. docs/decisions/0018 lists the names and columns. The SQL can run again at
 * any time. Columns are only added, at the end, so that the app's own views on top of these keep working.
 *
 * Every join uses an index: `links` by user, `subscriptions` and `invoices` by customer, children by owner. A column
 * from another table is a scalar subquery, which the planner drops if the column is not selected.
 */
export function userViews(mirrorSchema: string): string {
  const table = (name: string): string => `${quoteName(mirrorSchema)}.${quoteName(name)}`;
  const statements = [
    customersByUser(table),
    userCustomers,
    userSubscriptions(table),
    userSubscriptionItems(table),
    userRenewals(table),
    userEntitlements(table),
    userInvoices(table),
  ];
  return `\n${statements.join('\n\n')}\n`;
}

/** The quoted name of a table of the mirror. */
type TableOf = (name: string) => string;

/** The index by which a user's customers are found. */
export const customersByUserIndex = {
  table: 'customers',
  name: 'customers_by_user',
  definition: `((metadata ->> '${USER_METADATA}')) where metadata ? '${USER_METADATA}'`,
} as const;

const customersByUser = (tableOf: TableOf): string => {
  const { table, name, definition } = customersByUserIndex;
  return `select lockstep.add_index(${quoteText(tableOf(table))}::regclass, '${name}', ${quoteText(definition)});`;
};

/** Every customer that a user has or had, because past subscriptions and invoices stay the user's. */
const userCustomers = `create or replace view lockstep.user_customers as
select account, livemode, user_id, customer_id from lockstep.links where customer_id is not null
union all
select account, livemode, user_id, customer_id from lockstep.past_links;`;

/**
 * A subscription gives access as long as Stripe keeps the customer's entitlements active. It ends at `cancel_at`, or at
 * the end of its period. With flexible billing, the portal sets only `cancel_at`.
 */
const userSubscriptions = (table: TableOf): string => `create or replace view lockstep.user_subscriptions as
select l.account, l.livemode, l.user_id, l.customer_id, s.id as subscription_id, s.status,
  s.status in ('active', 'trialing', 'past_due') as access,
  s.status = 'trialing' as on_trial,
  s.status = 'past_due' as past_due,
  (s.cancel_at is not null or s.cancel_at_period_end is true) and s.status not in ('canceled', 'incomplete_expired') as will_end,
  (s.cancel_at is not null or s.cancel_at_period_end is true) and s.status in ('active', 'trialing', 'past_due') as on_grace_period,
  s.status in ('canceled', 'incomplete_expired') as ended,
  coalesce(s.ended_at, s.cancel_at, case when s.cancel_at_period_end then (
    select max(i.current_period_end) from ${table('subscription_items')} i
    where i.account = s.account and i.livemode = s.livemode and i.owner = s.id and not i.deleted) end) as ends_at,
  s.trial_end,
  (select max(i.current_period_end) from ${table('subscription_items')} i
   where i.account = s.account and i.livemode = s.livemode and i.owner = s.id and not i.deleted) as current_period_end,
  s.pause_collection ->> 'behavior' as collection_paused,
  s.created, s.proven_at
from lockstep.user_customers l
join ${table('subscriptions')} s on s.account = l.account and s.livemode = l.livemode and s.customer = l.customer_id
where not s.deleted;`;

const userSubscriptionItems = (table: TableOf): string => `create or replace view lockstep.user_subscription_items as
select s.account, s.livemode, s.user_id, s.customer_id, s.subscription_id, s.status, s.access, s.on_trial, s.past_due, s.will_end,
  s.on_grace_period, s.ended, i.id as item_id, i.price as price_id,
  lockstep.as_reference(i.data -> 'price' -> 'product') as product_id,
  coalesce(p.metadata ->> '${GROUP_METADATA}', '${DEFAULT_GROUP}') as product_group,
  i.quantity, i.current_period_start, i.current_period_end, s.trial_end
from lockstep.user_subscriptions s
join ${table('subscription_items')} i
  on i.account = s.account and i.livemode = s.livemode and i.owner = s.subscription_id and not i.deleted
left join ${table('products')} p
  on p.account = s.account and p.livemode = s.livemode and p.id = lockstep.as_reference(i.data -> 'price' -> 'product');`;

/** The amount of a renewal, by the prices of its items. Null if a price depends on usage or on tiers. */
const userRenewals = (table: TableOf): string => `create or replace view lockstep.user_renewals as
select s.account, s.livemode, s.user_id, s.customer_id, s.subscription_id, due.renews_at, due.currency, due.amount
from lockstep.user_subscriptions s
cross join lateral (
  select i.current_period_end as renews_at, min(i.data -> 'price' ->> 'currency') as currency,
    case when bool_and(i.data -> 'price' ->> 'billing_scheme' = 'per_unit' and i.data -> 'price' ->> 'unit_amount' is not null
      and i.data -> 'price' -> 'recurring' ->> 'usage_type' = 'licensed' and i.data -> 'price' ->> 'transform_quantity' is null)
    then sum((i.data -> 'price' ->> 'unit_amount')::numeric * i.quantity)::bigint end as amount
  from ${table('subscription_items')} i
  where i.account = s.account and i.livemode = s.livemode and i.owner = s.subscription_id and not i.deleted
    and i.current_period_end is not null
  group by i.current_period_end order by i.current_period_end limit 1) due
where s.access and s.collection_paused is null and (not s.will_end or s.ends_at > due.renews_at);`;

const userEntitlements = (table: TableOf): string => `create or replace view lockstep.user_entitlements as
select l.account, l.livemode, l.user_id, l.customer_id, e.id as entitlement_id, e.lookup_key, e.feature as feature_id
from lockstep.links l
join ${table('entitlements_active_entitlements')} e
  on e.account = l.account and e.livemode = l.livemode and e.owner = l.customer_id
where l.customer_id is not null and not e.deleted;`;

const userInvoices = (table: TableOf): string => `create or replace view lockstep.user_invoices as
select l.account, l.livemode, l.user_id, l.customer_id, i.id as invoice_id, i.number, i.status, i.currency, i.total,
  i.amount_due, i.amount_paid, i.amount_remaining, i.created, i.due_date, i.period_start, i.period_end, i.billing_reason,
  lockstep.as_reference(i.parent -> 'subscription_details' -> 'subscription') as subscription_id,
  i.hosted_invoice_url, i.invoice_pdf
from lockstep.user_customers l
join ${table('invoices')} i on i.account = l.account and i.livemode = l.livemode and i.customer = l.customer_id
where not i.deleted;`;

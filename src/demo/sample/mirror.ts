import type { Engine } from '../../engine/engine.js';
import { name, sql } from '../../store/sql.js';
import type { SamplePlan, SampleSubscription } from './answers.js';

/** A row of the query below. */
interface SubscriptionRow {
  id: string;
  status: string;
  product: string | null;
  price: string | null;
  cancelAt: Date | null;
  trialEnd: Date | null;
  currentPeriodEnd: Date | null;
}

/** What is for sale: active recurring prices of active products, from the mirror. */
export async function readPlans({ database, mirror, source }: Engine): Promise<SamplePlan[]> {
  const table = (each: string) => name(mirror.schema, each);
  return database.query<SamplePlan>(sql`
    select p.id as price, pr.name as product, p.unit_amount as amount, p.currency,
      p.recurring ->> 'interval' as interval, pl.trial_period_days as "trialDays"
    from ${table('prices')} p
    join ${table('products')} pr on pr.account = p.account and pr.livemode = p.livemode and pr.id = p.product
    left join ${table('plans')} pl
      on pl.account = p.account and pl.livemode = p.livemode and pl.id = p.id and not pl.deleted
    where p.account = ${source.account} and p.livemode = ${source.livemode}
      and p.active and not p.deleted and pr.active and not pr.deleted
      and p.type = 'recurring' and p.unit_amount is not null
    order by p.unit_amount limit 50`);
}

/** The customer's newest subscription, ended or not. */
export async function readSubscription(
  { database, mirror, source }: Engine,
  customer: string,
): Promise<SampleSubscription | null> {
  const table = (each: string) => name(mirror.schema, each);
  const [row] = await database.query<SubscriptionRow>(sql`
    select s.id, s.status, pr.name as product, item.data -> 'price' ->> 'id' as price,
      coalesce(s.cancel_at, case when s.cancel_at_period_end then item.current_period_end end) as "cancelAt",
      s.trial_end as "trialEnd", item.current_period_end as "currentPeriodEnd"
    from ${table('subscriptions')} s
    left join lateral (
      select * from ${table('subscription_items')} i
      where i.account = s.account and i.livemode = s.livemode and i.owner = s.id and not i.deleted
      order by i.created limit 1) item on true
    left join ${table('products')} pr
      on pr.account = s.account and pr.livemode = s.livemode and pr.id = item.data -> 'price' ->> 'product'
    where s.account = ${source.account} and s.livemode = ${source.livemode}
      and s.customer = ${customer} and not s.deleted
    order by s.created desc, s.id desc limit 1`);
  if (row === undefined) return null;
  return {
    ...row,
    cancelAt: row.cancelAt?.toISOString() ?? null,
    trialEnd: row.trialEnd?.toISOString() ?? null,
    currentPeriodEnd: row.currentPeriodEnd?.toISOString() ?? null,
  };
}

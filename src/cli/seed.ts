import { randomUUID } from 'node:crypto';
import type { Engine } from '../engine/engine.js';
import { sql } from '../store/sql.js';

const people = [
  { username: 'ada', first: 'Ada', last: 'Lovelace', email: 'ada@example.com' },
  { username: 'grace', first: 'Grace', last: 'Hopper', email: 'grace@example.com' },
];

const plans = [
  { name: 'Starter', amount: 900, trialDays: undefined },
  { name: 'Team', amount: 2_900, trialDays: 14 },
  { name: 'Studio', amount: 9_900, trialDays: undefined },
];

/** Two users with empty profiles, where there are no users. */
export async function seedUsers({ database }: Engine): Promise<void> {
  const [row] = await database.query<{ count: number }>(sql`select count(*) as count from public.users`);
  if ((row?.count ?? 0) > 0) return;
  for (const { username, first, last, email } of people) {
    await database.query(sql`
      with u as (insert into public.users (username, first_name, last_name, email) values (${username}, ${first}, ${last}, ${email}) returning id)
      insert into public.user_profiles (user_id) select id from u`);
  }
}

/** Three plans and one subscriber, in an emulator that has none. */
export async function seedStripe({ gateway, billing }: Engine): Promise<void> {
  const { data } = await gateway.list('/v1/products', { limit: 1 });
  if (data.length > 0 || billing === null) return;
  const post = (path: string, parameters: Record<string, unknown>) =>
    gateway.post(path, parameters, { idempotencyKey: randomUUID() });
  const prices: string[] = [];
  for (const { name, amount, trialDays } of plans) {
    const product = await post('/v1/products', { name });
    const price = await post('/v1/prices', {
      product: product.id,
      unit_amount: amount,
      currency: 'usd',
      recurring: { interval: 'month' },
    });
    await post(`/v1/products/${product.id}`, { default_price: price.id });
    if (trialDays !== undefined) await post(`/v1/plans/${price.id}`, { trial_period_days: trialDays });
    prices.push(price.id as string);
  }
  const ada = await billing.users.byUsername('ada');
  if (ada === undefined) return;
  const { id: customer } = await billing.customers.ensure(ada);
  const card = await post('/v1/payment_methods/pm_card_visa/attach', { customer });
  await post('/v1/subscriptions', { customer, items: [{ price: prices[2] }], default_payment_method: card.id });
}

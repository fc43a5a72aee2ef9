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

/** Inserts two users with empty profiles, if the table has no users. */
export async function seedUsers({ database }: Engine): Promise<void> {
  const [row] = await database.query<{ count: number }>(sql`select count(*) as count from public.users`);
  if ((row?.count ?? 0) > 0) return;
  for (const { username, first, last, email } of people) {
    await database.query(sql`
      with u as (
        insert into public.users (username, first_name, last_name, email)
        values (${username}, ${first}, ${last}, ${email}) returning id)
      insert into public.user_profiles (user_id) select id from u`);
  }
}

/** Creates three plans and one subscriber. Leaves existing ones unchanged. */
export async function seedStripe({ gateway, users, billing }: Engine): Promise<void> {
  if (users === null || billing === null) return;
  const post = (path: string, parameters: Record<string, unknown>) =>
    gateway.post(path, parameters, { idempotencyKey: randomUUID() });
  const products = (await gateway.list('/v1/products', {})).data;
  for (const { name, amount, trialDays } of plans) {
    const product = products.find((each) => each['name'] === name) ?? (await post('/v1/products', { name }));
    if (product['default_price'] != null) continue;
    const recurring = { interval: 'month', ...(trialDays === undefined ? {} : { trial_period_days: trialDays }) };
    const price = await post('/v1/prices', { product: product.id, unit_amount: amount, currency: 'usd', recurring });
    await post(`/v1/products/${product.id}`, { default_price: price.id });
  }
  const ada = await users.byUsername('ada');
  if (ada === undefined) return;
  const { id: customer } = await billing.customers.ensure(ada);
  const subscriptions = await gateway.list('/v1/subscriptions', { customer, status: 'all' });
  if (subscriptions.data.length > 0) return;
  const studio = (await gateway.list('/v1/products', {})).data.find((product) => product['name'] === 'Studio');
  const card = await post('/v1/payment_methods/pm_card_visa/attach', { customer });
  await post('/v1/subscriptions', {
    customer,
    items: [{ price: studio?.['default_price'] }],
    default_payment_method: card.id,
  });
}

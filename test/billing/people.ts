import type Stripe from 'stripe';
import { createBilling, type Billing } from '../../src/billing/billing.js';
import type { SubscriptionState } from '../../src/billing/access/access.js';
import type { BillingConfig } from '../../src/billing/settings.js';
import type { User, Users } from '../../src/billing/users/users.js';
import type { ServiceOptions } from '../../src/engine/config.js';
import type { Engine } from '../../src/engine/engine.js';
import { createMarks } from '../../src/inbox/marks.js';
import { systemChance, type Chance } from '../../src/kernel/chance.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import type { Source } from '../../src/kernel/source.js';
import type { Database } from '../../src/store/database.js';
import { embeddedUsers } from '../../src/store/migrate.js';
import { sql } from '../../src/store/sql.js';
import type { Gateway } from '../../src/stripe/gateway.js';
import { startWorld, type DatabaseKind, type World } from '../support/world.js';

/** A world with users in the app's own tables, each with a profile row. */
export interface Town extends World {
  billing: Billing;
  /** A user whom no other test has. */
  newUser(): Promise<User>;
  /** One of those that the world was started with. */
  user(username: string): Promise<User>;
  /** The user's customer, with a card on file. */
  customer(user: User, card?: string): Promise<string>;
  /** A recurring price, monthly unless said otherwise, of a new product; its group is on the product's metadata. */
  price(amount: number, more?: PriceMore): Promise<Stripe.Price>;
  /** Pays the first invoice of a subscription with the card on file, as Elements would. */
  pay(subscription: string): Promise<void>;
  /** A paid subscription of the user. */
  subscribed(user: User, price: string): Promise<string>;
  /** The user's subscription as the mirror has it. */
  stateOf(user: User): Promise<SubscriptionState>;
  /** Every subscription of the user as Stripe has it, ended ones too. */
  atStripe(user: User): Promise<Stripe.Subscription[]>;
  /** A new user whose customer lives by a test clock. */
  onClock(): Promise<{ user: User; clock: Stripe.TestHelpers.TestClock }>;
}

export interface PriceMore {
  name?: string;
  group?: string;
  interval?: 'month' | 'year';
  product?: string;
  trialDays?: number;
  lookupKey?: string;
  meter?: string;
}

export async function startTown(
  kind: DatabaseKind,
  usernames: readonly string[] = [],
  options: Partial<ServiceOptions> = {},
): Promise<Town> {
  const world = await startWorld({ kind, prepare: (database) => settle(database, usernames), options });
  const billing = world.engine.billing!;
  let made = 0;
  const town: Town = {
    ...world,
    billing,
    async newUser() {
      const username = `user${(made += 1)}`;
      await addUser(world.database, username);
      return town.user(username);
    },
    user: (username) => world.engine.users!.find({ username }),
    customer: (user, card = 'pm_card_visa') => withCard(town, user, card),
    price: (amount, more = {}) => createPrice(world.stripe, amount, more),
    pay: (subscription) => pay(town, subscription),
    async subscribed(user, price) {
      await town.customer(user);
      const { id } = await billing.subscriptions.create({ user, price });
      await town.pay(id);
      return id;
    },
    stateOf: async (user) => (await (await billing.for(user)).subscription())!,
    async atStripe(user) {
      const { id } = await billing.customers.ensure(user);
      return (await world.stripe.subscriptions.list({ customer: id, status: 'all' })).data;
    },
    onClock: () => onClock(town),
  };
  return town;
}

async function withCard({ billing, stripe }: Town, user: User, card: string): Promise<string> {
  const { id } = await billing.customers.ensure(user);
  const method = await stripe.paymentMethods.attach(card, { customer: id });
  await stripe.customers.update(id, { invoice_settings: { default_payment_method: method.id } });
  return id;
}

function createPrice(stripe: Stripe, amount: number, more: PriceMore): Promise<Stripe.Price> {
  const { name = 'Pro', group, interval = 'month', product, trialDays, lookupKey, meter } = more;
  return stripe.prices.create({
    currency: 'usd',
    unit_amount: amount,
    recurring: {
      interval,
      ...(trialDays === undefined ? {} : { trial_period_days: trialDays }),
      ...(meter === undefined ? {} : { usage_type: 'metered' as const, meter }),
    },
    ...(lookupKey === undefined ? {} : { lookup_key: lookupKey }),
    ...(product === undefined
      ? { product_data: { name, ...(group === undefined ? {} : { metadata: { lockstep_group: group } }) } }
      : { product }),
  });
}

async function pay({ billing, stripe }: Town, subscription: string): Promise<void> {
  const { latest_invoice: invoice, customer } = await stripe.subscriptions.retrieve(subscription);
  await stripe.invoices.pay(invoice as string);
  await billing.settled(customer as string);
}

async function onClock(town: Town): Promise<{ user: User; clock: Stripe.TestHelpers.TestClock }> {
  const clock = await town.stripe.testHelpers.testClocks.create({ frozen_time: Math.floor(Date.now() / 1_000) });
  const { id: customer } = await town.stripe.customers.create({ test_clock: clock.id });
  const user = await town.newUser();
  await town.database.query(sql`
    update public.user_profiles set stripe_customer_id = ${customer} where user_id::text = ${user.id}`);
  return { clock, user };
}

/** What a second billing on the same database has of its own. */
export interface OtherBilling {
  users?: Users;
  gateway?: Gateway;
  source?: Source;
  chance?: Chance;
  settings?: Partial<BillingConfig>;
}

/** A second billing on the engine's database: for other users, another Stripe, another mode or other settings. */
export function otherBilling(engine: Engine, other: OtherBilling): Billing {
  const { database, mirror, config } = engine;
  const {
    users = engine.users!,
    gateway = engine.gateway,
    source = engine.source,
    chance = systemChance,
    settings,
  } = other;
  return createBilling(
    {
      users,
      database,
      marks: createMarks(database),
      mirror,
      gateway,
      source,
      clock: systemClock,
      chance,
      log: silent,
      wake: () => {},
    },
    { ...config.billing, ...settings },
  );
}

async function settle(database: Database, usernames: readonly string[]): Promise<void> {
  await database.script(embeddedUsers());
  for (const username of usernames) await addUser(database, username);
}

async function addUser(database: Database, username: string): Promise<void> {
  await database.query(sql`
    with made as (
      insert into public.users (username, first_name, last_name, email)
      values (${username}, ${username}, 'Test', ${`${username}@example.com`}) returning id)
    insert into public.user_profiles (user_id) select id from made`);
}

import type Stripe from 'stripe';
import { createBilling, type Billing } from '../../src/billing/billing.js';
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

/** A world with people in the app's own tables, each with a profile row. */
export interface Town extends World {
  user(username: string): Promise<User>;
  /** The user's customer, with a card on file. */
  customer(username: string, card?: string): Promise<string>;
  /** A recurring price, monthly unless said otherwise, of a new product; its group is on the product's metadata. */
  price(amount: number, more?: PriceMore): Promise<Stripe.Price>;
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
  usernames: readonly string[],
  options: Partial<ServiceOptions> = {},
): Promise<Town> {
  const world = await startWorld({ kind, prepare: (database) => settle(database, usernames), options });
  const { stripe, engine } = world;
  const user = async (username: string): Promise<User> => (await engine.users!.byUsername(username)) as User;
  return {
    ...world,
    user,
    async customer(username, card = 'pm_card_visa') {
      const { id } = await engine.billing!.customers.ensure(await user(username));
      const method = await stripe.paymentMethods.attach(card, { customer: id });
      await stripe.customers.update(id, { invoice_settings: { default_payment_method: method.id } });
      return id;
    },
    price: (amount, { name = 'Pro', group, interval = 'month', product, trialDays, lookupKey, meter } = {}) =>
      stripe.prices.create({
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
      }),
  };
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
  for (const username of usernames) {
    await database.query(sql`
      with made as (
        insert into public.users (username, first_name, last_name, email)
        values (${username}, ${username}, 'Test', ${`${username}@example.com`}) returning id)
      insert into public.user_profiles (user_id) select id from made`);
  }
}

import type { Chance } from '../../kernel/chance.js';
import type { Clock } from '../../kernel/clock.js';
import type { Source } from '../../kernel/source.js';
import type { Mirror } from '../../mirror/mirror.js';
import type { Database } from '../../store/database.js';
import { json } from '../../store/json.js';
import { name, sql } from '../../store/sql.js';
import { stripeFailureOf } from '../../stripe/failure.js';
import type { Gateway } from '../../stripe/gateway.js';
import { address, post } from '../post-to-stripe.js';
import type { Billing } from '../billing.js';
import { checkMetadata } from '../validate.js';
import { parametersOf, type Customers } from './customers.js';
import { customerStale, explainStripe } from '../explain.js';
import { orGone } from '../selling/end-unpaid.js';
import type { OwnWrites } from '../own-writes.js';
import type { OnUserDeletion } from '../settings.js';
import { tableName, type User, type Users } from './users.js';

/** A field that the app and Stripe have differently. */
export interface Difference {
  /** Which one. */
  field: 'name' | 'email';
  /** What the app has; empty: none. */
  app: string;
  /** What Stripe has; empty: none. */
  stripe: string;
  /** Who changed it since the last synchronization: the app, which `changed` sends, Stripe's Dashboard, or both. */
  changedBy: 'app' | 'stripe' | 'both';
}

export interface UserChangesDeps {
  database: Database;
  mirror: Mirror;
  gateway: Gateway;
  source: Source;
  users: Users;
  customers: Customers;
  ownWrites: OwnWrites;
  clock: Clock;
  chance: Chance;
  onUserDeletion: OnUserDeletion;
}

type Told = Partial<Record<'name' | 'email', string>>;

interface Linked {
  customerId: string;
  told: Told;
  stripe: Told | null;
}

const FIELDS = ['name', 'email'] as const;
const ORPHANS = 100;

export function createUserChanges(options: UserChangesDeps): Billing['users'] {
  const { database, mirror, gateway, source, users, customers, ownWrites, onUserDeletion } = options;

  const linked = async (userId: string): Promise<Linked | undefined> => {
    const [row] = await database.query<Linked>(sql`
      select l.customer_id as "customerId", l.parameters as told,
        case when c.id is not null then jsonb_build_object('name', coalesce(c.name, ''), 'email', coalesce(c.email, '')) end as stripe
      from lockstep.links l
      left join ${name(mirror.schema, 'customers')} c
        on c.account = l.account and c.livemode = l.livemode and c.id = l.customer_id and not c.deleted
      where l.account = ${source.account} and l.livemode = ${source.livemode} and l.user_id = ${userId} and l.customer_id is not null`);
    return row;
  };

  const note = (userId: string, customerId: string, told: Told): Promise<unknown> =>
    database.query(sql`
      update lockstep.links set parameters = parameters || ${json(told)}::jsonb
      where account = ${source.account} and livemode = ${source.livemode} and user_id = ${userId} and customer_id = ${customerId}`);

  const unlink = (userId: string, customerId: string): Promise<unknown> =>
    database.query(sql`
      with past as (delete from lockstep.past_links
        where account = ${source.account} and livemode = ${source.livemode} and user_id = ${userId})
      delete from lockstep.links
      where account = ${source.account} and livemode = ${source.livemode} and user_id = ${userId} and customer_id = ${customerId}`);

  const endSubscriptions = async (customer: string): Promise<void> => {
    for (;;) {
      const { data } = await gateway.list('/v1/subscriptions', { customer });
      const open = data.filter(({ status }) => status !== 'incomplete_expired');
      if (open.length === 0) return;
      for (const { id } of open) await orGone(gateway.delete(address`/v1/subscriptions/${id}`));
      await ownWrites.proven(open.map(({ id }) => ({ type: 'subscription', id: id as string })));
    }
  };

  const tell = async (customer: string, parameters: Record<string, unknown>): Promise<void> => {
    try {
      await post(options, address`/v1/customers/${customer}`, parameters);
    } catch (error) {
      throw stripeFailureOf(error) === 'missing' ? customerStale(error) : error;
    }
  };

  const deleteCustomer = async (customer: string): Promise<void> => {
    await orGone(gateway.delete(address`/v1/customers/${customer}`));
    await ownWrites.proven([{ type: 'customer', id: customer }]);
  };

  return {
    async changed(ref, metadata = {}) {
      const user = await users.find(ref);
      const link = await linked(user.id);
      if (link === undefined) return [];
      const { customerId, told, stripe } = link;
      const now = toldOf(user);
      const moved = FIELDS.filter((field) => now[field] !== (told[field] ?? ''));
      const sent = moved.filter((field) => stripe?.[field] !== now[field]);
      const own = checkMetadata(metadata);
      const fields = [...sent, ...Object.keys(own).map((key) => `metadata.${key}`)];
      if (fields.length > 0) {
        const parameters = { ...pick(now, sent), ...(Object.keys(own).length === 0 ? {} : { metadata: own }) };
        await customers.unlessStale(customerId, () => tell(customerId, parameters));
        await ownWrites.proven([{ type: 'customer', id: customerId }]);
      }
      // After Stripe has it: a crash in between sends it once more, which changes nothing.
      await note(user.id, customerId, pick(now, moved));
      return fields;
    },
    async differences(ref) {
      const user = await users.find(ref);
      const link = await linked(user.id);
      if (link === undefined || link.stripe === null) return [];
      const { told, stripe } = link;
      const now = toldOf(user);
      return FIELDS.flatMap((field) => {
        const [app, there, before] = [now[field] ?? '', stripe[field] ?? '', told[field] ?? ''];
        if (app === there) return [];
        const changedBy = app === before ? 'stripe' : there === before ? 'app' : 'both';
        return [{ field, app, stripe: there, changedBy }];
      });
    },
    async deleted(id, what = onUserDeletion) {
      const userId = await users.canonicalId(String(id));
      const link = await linked(userId);
      if (link === undefined) return;
      try {
        if (what === 'cancel') await endSubscriptions(link.customerId);
        if (what === 'delete') await deleteCustomer(link.customerId);
      } catch (error) {
        throw explainStripe(error);
      }
      await unlink(userId, link.customerId);
    },
    async orphans() {
      const { table, id } = users.config;
      const rows = await database.query<{ id: string }>(sql`
        select l.user_id as id from lockstep.links l
        left join ${tableName(table)} u on u.${name(id)}::text = l.user_id
        where l.account = ${source.account} and l.livemode = ${source.livemode} and l.customer_id is not null and u.${name(id)} is null
        order by l.user_id limit ${ORPHANS}`);
      return rows.map((row) => row.id);
    },
  };
}

function toldOf(user: User): Told {
  const { name: fullName = '', email = '' } = parametersOf(user) as { name?: string; email?: string };
  return { name: fullName, email };
}

function pick(told: Told, fields: readonly (keyof Told)[]): Told {
  return Object.fromEntries(fields.map((field) => [field, told[field] ?? '']));
}

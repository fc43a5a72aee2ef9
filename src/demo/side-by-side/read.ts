import { catalogOf } from '../../catalog/catalog.js';
import type { Engine } from '../../engine/engine.js';
import { name, sql } from '../../store/sql.js';
import type { StripeObject } from '../../stripe/gateway.js';
import { differing, fieldsOf, fullLabel, labelOf, shownTypes, type ShownType } from './columns.js';
import type { Latency } from './latency.js';
import type { DemoProfile, DemoRow } from './state.js';

/** How many objects of a type, and how many users, are shown. */
const LIMIT = 20;

/** Reads each shown object from Stripe and from the database. */
export async function readRows(engine: Engine, latency: Pick<Latency, 'of'>): Promise<DemoRow[]> {
  const types = Object.keys(shownTypes) as ShownType[];
  const rows = (await Promise.all(types.map((type) => rowsOf(engine, type)))).flat();
  const names = new Map(rows.map(({ id, label }) => [id, label]));
  return rows.map((row) => ({ ...row, label: fullLabel(row, names), lastMs: latency.of(row.type, row.id) }));
}

/** Reads the users, with the two columns of their profile rows that Lockstep writes. */
export async function readProfiles({ users }: Engine): Promise<DemoProfile[]> {
  if (users === null) return [];
  const everybody = await users.all(LIMIT);
  return Promise.all(
    everybody.map(async ({ id, username, name: fullName }) => {
      const profile = await users.profile(id);
      return {
        username,
        name: fullName,
        stripe_customer_id: profile?.customerId ?? null,
        stripe_subscription_id: profile?.subscriptionId ?? null,
      };
    }),
  );
}

interface MirrorRow {
  id: string;
  data: StripeObject;
  proven_at: Date | null;
}

type UnmeasuredRow = Omit<DemoRow, 'lastMs'>;

async function rowsOf(engine: Engine, type: ShownType): Promise<UnmeasuredRow[]> {
  const listed = await listAtStripe(engine, type);
  const rows = await readMirror(engine, type, listed);
  const database = new Map(rows.map((row) => [row.id, row]));
  const ids = new Set([...listed.objects.keys(), ...database.keys()]);
  return [...ids].map((id) => compare(type, id, listed.objects.get(id), database.get(id)));
}

interface Listed {
  objects: Map<string, StripeObject>;
  passes: number;
  /** Whether the list is complete. */
  isWhole: boolean;
}

async function listAtStripe(engine: Engine, type: ShownType): Promise<Listed> {
  // Stripe leaves ended subscriptions and archived prices out of a list unless they are asked for.
  const passes = catalogOf(type)?.listPasses ?? [{}];
  const { path } = shownTypes[type];
  const pages = await Promise.all(passes.map((pass) => engine.gateway.list(path, { ...pass, limit: LIMIT })));
  const objects = pages.flatMap((page) => page.data).map((object) => [object.id as string, object] as const);
  return {
    objects: new Map(objects),
    passes: passes.length,
    isWhole: pages.every((page) => !page.hasMore),
  };
}

/** If the list was cut off, a row beyond its end may still exist at Stripe. Such rows are left out. */
function readMirror(engine: Engine, type: ShownType, { objects, passes, isWhole }: Listed): Promise<MirrorRow[]> {
  const { account, livemode } = engine.source;
  return engine.database.query<MirrorRow>(sql`
    select id, data, proven_at from ${name(engine.mirror.schema, shownTypes[type].table)}
    where account = ${account} and livemode = ${livemode} and not deleted
      and (${isWhole} or id in (select jsonb_array_elements_text(${JSON.stringify([...objects.keys()])}::jsonb)))
    order by created desc nulls last, id limit ${LIMIT * (passes + 1)}`);
}

function compare(
  type: ShownType,
  id: string,
  object: StripeObject | undefined,
  row: MirrorRow | undefined,
): UnmeasuredRow {
  const stripe = object === undefined ? null : fieldsOf(type, object);
  const database = row === undefined ? null : fieldsOf(type, row.data);
  return {
    type,
    id,
    label: labelOf(type, (object ?? row?.data) as StripeObject),
    stripe,
    database,
    differs: differing(stripe, database),
    provenAt: row?.proven_at?.toISOString() ?? null,
  };
}

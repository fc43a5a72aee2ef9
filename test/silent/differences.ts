import { isDeepStrictEqual } from 'node:util';
import Stripe from 'stripe';
import { catalogOf, isReadable } from '../../src/catalog/catalog.js';
import { onlySweptReason } from '../../src/catalog/only-swept.js';
import { createEvidenceReader } from '../../src/listing/drift/evidence.js';
import { judge, listedOn } from '../../src/listing/judge.js';
import { plans, type ListingPlan } from '../../src/listing/plan.js';
import { differences, sweepType } from '../../src/listing/sweep-type.js';
import { createMarks } from '../../src/inbox/marks.js';
import { systemClock } from '../../src/kernel/clock.js';
import { keyText } from '../../src/kernel/source.js';
import type { Stage } from './stage.js';

/** Where the mirror and Stripe differ although every event came and nothing is marked. */
export interface Found {
  type: string;
  id: string;
  kind: 'missing' | 'extra' | 'different';
  /** The fields that differ. */
  fields: string[];
  /** Why only a sweep can find it; undefined: a proof should have led to it. */
  reason: string | undefined;
  ours: unknown;
  theirs: unknown;
}

/** Compares everything that can be listed; what a list shows in part only is read. `balance` moves with every payment. */
export async function findDifferences(stage: Stage, ignored: ReadonlySet<string>): Promise<Found[]> {
  const found: Found[] = [];
  for (const plan of plans) {
    if (plan.type === 'balance' || unbuilt.has(plan.type) || isOnlyListed(plan.type)) continue;
    try {
      found.push(...(await differencesOf(stage, plan, ignored)));
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeError) || error.code !== 'emulator_not_built') throw error;
      unbuilt.add(plan.type);
    }
  }
  return found;
}

/** No request reads one of them, and no event is about one: only a sweep sees them, and what it lists is the proof. */
function isOnlyListed(type: string): boolean {
  const entry = catalogOf(type);
  return entry !== undefined && !isReadable(entry) && onlySweptReason(type) !== undefined;
}

/** Types that the emulator does not list. */
const unbuilt = new Set<string>();

function sweep({ engine }: Stage, plan: ListingPlan): ReturnType<typeof sweepType> {
  const { database, mirror, source, gateway } = engine;
  const parts = {
    ...{ database, mirror, marks: createMarks(database), clock: systemClock, onInserted: async () => {} },
    ...{ evidence: createEvidenceReader(mirror.schema), inboxMs: 0 },
  };
  return sweepType(parts, { source, plan, gateway, mode: 'look', signal: new AbortController().signal });
}

async function differencesOf(stage: Stage, plan: ListingPlan, ignored: ReadonlySet<string>): Promise<Found[]> {
  const { database, mirror, gateway } = stage.engine;
  const { type } = plan;
  const swept = await sweep(stage, plan);
  const found: Found[] = [];
  for (const { parents, ...key } of [...differences(swept), ...swept.cut.hints]) {
    if (ignored.has(`${type} ${key.id}`)) continue;
    const { found: object, readAt } = await gateway.read(type, key.id, parents);
    const page = { data: object === null ? [] : [object], hasMore: false, readAt };
    const [judged] = await judge(database, mirror, listedOn([{ page, parents }], { source: key, type }));
    const row = (await mirror.read(database, [key])).get(keyText(key));
    const ours = row === undefined || row.deleted ? null : row.data;
    const kind = object === null ? (ours === null ? 'equal' : 'extra') : judged?.verdict;
    if (kind !== 'missing' && kind !== 'extra' && kind !== 'different') continue;
    const names = new Set([...Object.keys(ours ?? {}), ...Object.keys(object ?? {})]);
    const fields =
      kind === 'different' ? [...names].filter((name) => !isDeepStrictEqual(ours?.[name], object?.[name])) : [];
    const reason = onlySweptReason(type, { ours, theirs: object });
    found.push({ type, id: key.id, kind, fields, reason, ours, theirs: object });
  }
  return found;
}

import { substitute } from '../stripe/address.js';
import { stripeFailureOf } from '../stripe/failure.js';
import type { ListPage } from '../stripe/gateway.js';
import type { Query } from '../stripe/list.js';
import { UnusableAnswer } from '../stripe/unusable.js';
import type { Way } from './plan.js';
import { askRetrying } from './retry.js';
import type { Position, Walked, WalkOptions } from './walk.js';

/** The pages of one listing, pass after pass, from a position on. `parent`: whose objects; null: it has no parent. */
export async function* walkPasses(
  options: WalkOptions,
  way: Way,
  from: Position,
  parent: string | null,
): AsyncGenerator<Walked, void> {
  for (const [index, pass] of way.passes.entries()) {
    if (index < from.pass) continue;
    const at = index === from.pass ? from : { ...from, pass: index, after: null };
    yield* walkPages(options, way, { ...at, parent: parent ?? '' }, pass);
  }
}

async function* walkPages(
  options: WalkOptions,
  way: Way,
  from: Position,
  pass: Readonly<Record<string, string>>,
): AsyncGenerator<Walked, void> {
  const named = way.parent === null ? {} : { [way.parent.name]: from.parent };
  const path = way.parent?.in === 'path' ? substitute(way.endpoint, () => from.parent) : way.endpoint;
  const query: Query = {
    ...pass,
    ...(way.parent?.in === 'query' ? named : {}),
    ...(way.expand.length === 0 ? {} : { expand: way.expand }),
    ...(options.since === undefined || !way.hasCreated
      ? {}
      : { created: { gte: Math.floor(options.since.getTime() / 1_000) } }),
  };
  let trail: readonly string[] = from.after === null ? [] : [from.after];
  const ends = new Set(trail);
  for (;;) {
    const page = await pageAfter(options, { way, path, query }, trail, () => ends.clear());
    if (page === null) return; // the parent is gone, and its objects with it
    trail = page.data.flatMap(({ id }) => id ?? []);
    const last = trail.at(-1);
    if (last !== undefined && ends.has(last)) throw new UnusableAnswer('endless', `the list at ${path} repeats itself`);
    if (last !== undefined) ends.add(last);
    yield { page, parents: named, next: { ...from, after: last ?? from.after } };
    if (!page.hasMore || last === undefined) return;
  }
}

/** One listing, as Stripe is asked for it. */
interface Listing {
  way: Way;
  path: string;
  query: Query;
}

/**
 * The page after the last of these ids that still exists: Stripe answers 404 if the listing continues after an object
 * that was deleted in between. If none of them exists, the listing starts again. null: the parent is gone.
 */
async function pageAfter(
  options: WalkOptions,
  listing: Listing,
  trail: readonly string[],
  onRestart: () => void,
): Promise<ListPage | null> {
  for (const after of [...trail].reverse()) {
    try {
      return await listPage(options, listing, { ...listing.query, starting_after: after });
    } catch (error) {
      if (stripeFailureOf(error) !== 'missing' && stripeFailureOf(error) !== 'refused') throw error;
      if (namesCursor(error)) continue;
      if (isWithoutParent(error, listing)) return null;
      throw error;
    }
  }
  onRestart();
  try {
    return await listPage(options, listing, listing.query);
  } catch (error) {
    if (isWithoutParent(error, listing)) return null;
    throw error;
  }
}

function listPage(options: WalkOptions, { way: { endpoint }, path }: Listing, query: Query): Promise<ListPage> {
  const { gateway, signal } = options;
  return askRetrying(options, () => gateway.list(path, query, { endpoint, signal }));
}

function isWithoutParent(error: unknown, { way }: Listing): boolean {
  return stripeFailureOf(error) === 'missing' && way.parent !== null;
}

function namesCursor(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'param' in error && error.param === 'starting_after';
}

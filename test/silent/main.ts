import Stripe from 'stripe';
import type { Operation } from '../../emulator/src/api/operation.js';
import { operations } from '../../emulator/src/nouns/tables.js';
import type { Database } from '../../src/store/database.js';
import { findDifferences, type Found } from './differences.js';
import { startStage, type Stage } from './stage.js';
import { stories, type Story } from './stories.js';

/** What was found, and after which operation of which story. */
export interface Silent {
  found: (Found & { after: string })[];
  /** Operations of the emulator that change something and that no story called. */
  uncalled: string[];
}

export interface SilentAsk {
  database: Database;
  /** Compares after each operation, so that a difference has its cause beside it. Default: once, at the end. */
  each?: boolean;
  /** Told besides: the triggers of the official command line. */
  more?: readonly Story[];
  print?: (line: string) => void;
}

/**
 * Tells every story to a mirror that learns of it by webhooks alone, and compares: what differs changed silently. Every
 * operation of the emulator has to be called.
 */
export async function tellStories({ database, each = false, more = [], print }: SilentAsk): Promise<Silent> {
  const found: Silent['found'] = [];
  const known = new Set<string>();
  let story = '';
  const compare = async (after: string): Promise<void> => {
    await stage.follow();
    for (const one of await findDifferences(stage, known)) {
      known.add(`${one.type} ${one.id}`);
      found.push({ ...one, after: `${story}: ${after}` });
    }
  };
  const stage: Stage = await startStage({ database, ...(each ? { onChange: compare } : {}) });
  try {
    for (const one of [...stories, ...more]) {
      story = one.name;
      await one.tell(stage);
      await endSubscriptions(stage);
      await stage.follow();
      print?.(`${stage.reads()} reads  ${story}`);
    }
    await compare('the end');
    return { found, uncalled: uncalledBy(stage) };
  } finally {
    await stage.stop();
  }
}

/** So that what one story began is not renewed in all the others. */
async function endSubscriptions({ get, remove }: Stage): Promise<void> {
  const { data } = await get('/v1/subscriptions', { limit: '100' });
  for (const { id } of data as { id: string }[]) {
    // The time that passes may have ended it since.
    await remove(`/v1/subscriptions/${id}`).catch((error: unknown) => {
      if (!(error instanceof Stripe.errors.StripeError) || error.code !== 'resource_missing') throw error;
    });
  }
}

/** A command line that stays connected is told of elsewhere; the others were taken out of Stripe long ago. */
const NOT_TOLD = ['POST /v1/stripecli/sessions', 'POST /v1/subscription_items/:id/usage_records'];

function uncalledBy({ called }: Stage): string[] {
  return operations
    .filter(({ verb }) => verb !== 'GET')
    .filter((one) => !called.some(({ verb, path }) => verb === one.verb && pathOf(one).test(path)))
    .map(({ verb, path }) => `${verb} ${path}`)
    .filter((name) => !NOT_TOLD.includes(name));
}

function pathOf({ path }: Operation): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`);
}

/** One line for each kind of difference. */
export function tellDifferences(found: Silent['found']): string[] {
  const kinds = new Map<string, { count: number; after: string }>();
  for (const { type, kind, fields, reason, after } of found) {
    const name = `${type} ${kind} ${fields.join(',')}${reason === undefined ? '' : ` (only swept: ${reason})`}`;
    const { count, after: first } = kinds.get(name) ?? { count: 0, after };
    kinds.set(name, { count: count + 1, after: first });
  }
  return [...kinds].map(([name, { count, after }]) => `${count} × ${name} — first after ${after}`);
}

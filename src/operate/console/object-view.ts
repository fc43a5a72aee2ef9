import { catalogOf, isReadable } from '../../catalog/catalog.js';
import { onlySweptReason } from '../../catalog/only-swept.js';
import { LockstepError, messageOf } from '../../kernel/error.js';
import { keyText, type ObjectKey } from '../../kernel/source.js';
import type { Mirror } from '../../mirror/mirror.js';
import { removeSecrets } from '../../mirror/secrets.js';
import type { Queryable } from '../../store/database.js';
import type { Reading, StripeObject } from '../../stripe/gateway.js';
import { sideBySide, type ComparedSides } from './side-by-side.js';

/** Stripe's answer beside the row, at one moment. */
export interface ComparedObject extends ObjectKey, ComparedSides {
  /** When Stripe answered, by its own clock; null: it was not asked or did not answer. */
  readAt: Date | null;
  /** Whether Stripe has the object; null: not known. */
  isAtStripe: boolean | null;
  /** Why Stripe's side is not known; null: it is. */
  notRead: string | null;
  row: { asOf: Date; provenAt: Date | null; isDeleted: boolean } | null;
  /** Whether it is marked: then a difference is known, and its proof is on the way. */
  isMarked: boolean;
  /** Why only a sweep finds this difference; null: an event or a proof leads to it. */
  onlySwept: string | null;
}

export interface ObjectViewDeps {
  database: Queryable;
  mirror: Mirror;
  read: (key: ObjectKey) => Promise<Reading>;
}

/** Reads both sides. Stripe first: a row that is written while it answers is newer, and is not called different. */
export async function compareObject(
  { database, mirror, read }: ObjectViewDeps,
  key: ObjectKey,
  options: { showPersonal: boolean },
): Promise<ComparedObject> {
  const entry = catalogOf(key.type);
  if (entry === undefined) {
    throw new LockstepError('request_invalid', `Unknown object type ${JSON.stringify(key.type)}`, {
      hint: 'use the name that Stripe has in the field "object", such as subscription',
    });
  }
  const answer = isReadable(entry)
    ? await ask(read, key)
    : { failed: `Stripe has no request that reads one ${key.type}` };
  const { row, marked: isMarked } = (await mirror.readMarked(database, [key])).get(keyText(key)) ?? {
    row: undefined,
    marked: false,
  };
  const ours = row === undefined || row.deleted ? null : row.data;
  const stripe = 'failed' in answer ? null : answer.found;
  const isKnown = !('failed' in answer);
  const compared = isKnown
    ? sideBySide(key.type, { ours, stripe }, options)
    : sideBySide(key.type, { ours, stripe: ours }, options);
  return {
    ...key,
    ...compared,
    fields: isKnown ? compared.fields : compared.fields.map(({ stripe: _, ...field }) => field),
    readAt: 'failed' in answer ? null : answer.readAt,
    isAtStripe: isKnown ? stripe !== null : null,
    notRead: 'failed' in answer ? answer.failed : null,
    row: row === undefined ? null : { asOf: row.asOf, provenAt: row.provenAt, isDeleted: row.deleted },
    isMarked,
    onlySwept: isKnown ? (onlySweptReason(key.type, { ours, theirs: stripe }) ?? null) : null,
  };
}

type Answer = { found: StripeObject | null; readAt: Date } | { failed: string };

async function ask(read: ObjectViewDeps['read'], key: ObjectKey): Promise<Answer> {
  try {
    const { found, readAt } = await read(key);
    if (found !== null) removeSecrets(found);
    return { found, readAt };
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

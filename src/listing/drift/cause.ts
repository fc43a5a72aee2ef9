/** Every cause of a difference. Also a label of the metrics: a cause keeps its name. */
export const causes = [
  /** No event came, although the inbox would have it. */
  'not_received',
  /** Its event came, or it was hinted at in another way, and it waits for its proof. */
  'waiting',
  /** It was hinted at, and reading or writing it failed. */
  'failed',
  /** Its event came and was not taken: the delivery was refused, or the event was ignored. */
  'refused',
  /** Stripe has the object, and did not list it. */
  'hidden',
  /** Stripe sends no event about it. */
  'only_swept',
  /** The row was changed by something else than a proof. */
  'edited',
  /** What happened is older than the inbox, or the row is of an earlier version of Stripe's API. */
  'unknown',
] as const;

/** Why the mirror differs from Stripe in an object. The operations guide says what to do about each. */
export type Cause = (typeof causes)[number];

/** A cause, and what it was seen by. */
export interface Explanation {
  cause: Cause;
  /** A reason or an id. Null if the cause says it all. */
  detail: string | null;
}

/** What is stored about an object. */
export interface Evidence {
  mark: MarkEvidence | null;
  /**
   * `as_proven`: as its proof wrote it. `edited`: proven, and changed since, it or its parts. `absent`: there is none.
   * `undigested`: shown and not proven, or proven by a version that wrote no digests.
   */
  row: 'as_proven' | 'edited' | 'absent' | 'undigested';
  /** The moment at Stripe that the row is of; null: there is no row. */
  asOf: Date | null;
  /** It has parts in the mirror, and no row that is not a tombstone. */
  isOrphaned: boolean;
  /** The inbox has an event about it that was taken. */
  isHeard: boolean;
  /** The latest event about it that was ignored. */
  ignored: { id: string; reason: string; createdAt: Date } | null;
  /** The latest delivery that named it and was refused. */
  refused: { at: Date; reason: string } | null;
}

export interface MarkEvidence {
  hintedAt: Date;
  attempts: number;
  reason: string | null;
  deadSince: Date | null;
}

/** Everything that a cause follows from. */
export interface CauseFacts extends Evidence {
  how: 'missing' | 'extra' | 'different';
  /** Stripe answers for it by its id. Default: it was not asked for, or Stripe does not have it. */
  isAnswered: boolean;
  /** Why only a sweep can find such a difference; null: an event or a proof leads to it. */
  onlySwept: string | null;
  /** The row is equal to Stripe's object, and only the rows of its parts differ. */
  isInParts: boolean;
  /** Stripe can be asked for one such object: then an event about it has led to a proof. */
  isReadable: boolean;
  /** When Stripe created it; null: it does not say. */
  createdAt: Date | null;
  /** When its type was last known to be equal to Stripe; null: never. */
  equalAt: Date | null;
  /** The inbox has every event that came since. */
  inboxSince: Date;
  /** Since when rows are read in this version of Stripe's API. Earlier ones may differ in form. null: always. */
  versionSince: Date | null;
}

/** The cause of a difference. Of several that are true, the one that an operator can do something about. */
export function causeOf(facts: CauseFacts): Explanation {
  const { mark, ignored, refused, how, versionSince, inboxSince } = facts;
  if (how === 'extra' && facts.isAnswered) return { cause: 'hidden', detail: null };
  if (mark !== null) return causeOfMark(mark);
  if (isEdited(facts)) return { cause: 'edited', detail: null };
  if (facts.onlySwept !== null) return { cause: 'only_swept', detail: facts.onlySwept };
  const since = lastEqual(facts);
  if (ignored !== null && isSince(ignored.createdAt, since))
    return { cause: 'refused', detail: `ignored (${ignored.reason}): ${ignored.id}` };
  if (refused !== null && isSince(refused.at, since))
    return { cause: 'refused', detail: `refused (${refused.reason})` };
  if (how === 'different' && versionSince !== null && (since === null || since < versionSince))
    return { cause: 'unknown', detail: 'its row is of an earlier API version' };
  if (since === null || !isSince(since, inboxSince)) return { cause: 'unknown', detail: 'older than the inbox' };
  return { cause: 'not_received', detail: null };
}

function causeOfMark({ attempts, reason, deadSince }: MarkEvidence): Explanation {
  if (deadSince === null && attempts === 0) return { cause: 'waiting', detail: null };
  return { cause: 'failed', detail: reason };
}

/** Only by evidence: a row without a digest may have been changed, and nobody knows. */
function isEdited({ how, row, isHeard, isReadable, isOrphaned, isInParts }: CauseFacts): boolean {
  if (row === 'edited') return true;
  // An event leads to a mark, and a mark goes only with a proof, which writes a row or a tombstone.
  if (how === 'missing' && row === 'absent') return isHeard && isReadable;
  // Parts are written and deleted together with their object.
  return isOrphaned || (isInParts && row === 'as_proven');
}

/** The latest moment at Stripe at which the mirror was right about it; null: none is known. */
function lastEqual({ how, asOf, createdAt, equalAt }: CauseFacts): Date | null {
  const created = how === 'missing' ? createdAt : null;
  return [asOf, created, equalAt].reduce<Date | null>(
    (latest, at) => (at !== null && (latest === null || at > latest) ? at : latest),
    null,
  );
}

/** Stripe's times are whole seconds. */
const SECOND_MS = 1_000;

function isSince(at: Date, since: Date | null): boolean {
  return since === null || at.getTime() + SECOND_MS > since.getTime();
}

import { catalogOf, isReadable } from '../../catalog/catalog.js';
import { onlySweptReason } from '../../catalog/only-swept.js';
import { keyText, type ObjectKey, type Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import type { StripeObject } from '../../stripe/gateway.js';
import { causeOf, type CauseFacts, type Evidence } from './cause.js';
import type { DriftFinding } from './drift-record.js';
import type { EvidenceReader, TypeEvidence } from './evidence.js';

/** A difference as a listing or a read showed it. */
export interface UnexplainedDifference {
  key: ObjectKey;
  how: CauseFacts['how'];
  /** What the mirror has; null: no row, a tombstone, or it is not known. */
  ours: StripeObject | null;
  /** What Stripe has; null: nothing, or it did not list it. */
  theirs: StripeObject | null;
  /** The row is equal, and only the rows of its parts differ. */
  isInParts?: boolean;
  /** Stripe answers for it by its id. */
  isAnswered?: boolean;
}

export interface ExplainDeps {
  database: Database;
  evidence: EvidenceReader;
  /** How long the inbox keeps events. */
  inboxMs: number;
}

/** The causes of differences of one type. What is known of the type is read once. */
export interface Explainer {
  /** Whether differences of the type are drift: not before it was loaded. */
  readonly isLoaded: boolean;
  explain(differences: readonly UnexplainedDifference[]): Promise<DriftFinding[]>;
}

export async function createExplainer(
  { database, evidence, inboxMs }: ExplainDeps,
  { source, type, now }: { source: Source; type: string; now: Date },
): Promise<Explainer> {
  const ofType = await evidence.ofType(database, source, type);
  const inboxSince = latest(ofType.boundAt, new Date(now.getTime() - inboxMs));
  return {
    isLoaded: ofType.isLoaded,
    async explain(differences) {
      if (differences.length === 0) return [];
      const found = await evidence.ofObjects(
        database,
        differences.map(({ key }) => key),
      );
      return differences.map((difference) => {
        const known = found.get(keyText(difference.key)) ?? nothing;
        const { account, livemode, id } = difference.key;
        const explanation = causeOf(factsOf(difference, known, { ...ofType, inboxSince }));
        const waitsSince = known.mark?.hintedAt ?? null;
        return { account, livemode, type, id, how: difference.how, waitsSince, ...explanation };
      });
    },
  };
}

const nothing: Evidence = {
  mark: null,
  row: 'undigested',
  asOf: null,
  isOrphaned: false,
  isHeard: false,
  ignored: null,
  refused: null,
};

function factsOf(
  { key, how, ours, theirs, isInParts = false, isAnswered = false }: UnexplainedDifference,
  evidence: Evidence,
  { equalAt, versionSince, inboxSince }: TypeEvidence & { inboxSince: Date },
): CauseFacts {
  const entry = catalogOf(key.type);
  const reason =
    ours === null && theirs === null ? onlySweptReason(key.type) : onlySweptReason(key.type, { ours, theirs });
  return {
    ...evidence,
    how,
    isAnswered,
    onlySwept: reason ?? null,
    isInParts,
    isReadable: entry !== undefined && isReadable(entry),
    createdAt: createdAt(theirs),
    equalAt,
    inboxSince,
    versionSince,
  };
}

function createdAt(object: StripeObject | null): Date | null {
  const created = object?.['created'];
  return typeof created === 'number' ? new Date(created * 1_000) : null;
}

function latest(a: Date | null, b: Date): Date {
  return a !== null && a > b ? a : b;
}

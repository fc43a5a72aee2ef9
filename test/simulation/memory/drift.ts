import { catalogOf, ownedObjects } from '../../../src/catalog/catalog.js';
import { compareKeys, keyText, type ObjectKey } from '../../../src/kernel/source.js';
import type { Evidence } from '../../../src/listing/drift/cause.js';
import type { DriftRecord, DriftFinding } from '../../../src/listing/drift/drift-record.js';
import type { EvidenceReader } from '../../../src/listing/drift/evidence.js';
import { childTypes } from '../../../src/mirror/row.js';
import { sourceText } from './marks.js';
import type { DriftRow, EventRow, Memory, MirrorRow } from './tables.js';

/** The record of differences without SQL. */
export function memoryDrift({ store, drift }: Memory): DriftRecord {
  const own = <T>(work: () => T): Promise<T> => store.run(store.database, work);
  const change = (number: number, changes: Partial<DriftRow>): void => {
    const row = drift.get(String(number));
    if (row !== undefined && row.repairedAt === null) drift.set(String(number), { ...row, ...changes });
  };
  const openOf = (key: ObjectKey): DriftRow | undefined =>
    [...drift.values()].find((row) => row.repairedAt === null && keyText(row) === keyText(key));
  const noteOne = ({ account, livemode, type, id, how, cause, detail }: DriftFinding, by: string, at: Date): void => {
    const known = openOf({ account, livemode, type, id });
    const news = cause === 'unknown' && known !== undefined ? {} : { cause, detail };
    if (known !== undefined) return change(known.number, { seenAt: at, how, ...news });
    const number = store.tick();
    const found = { account, livemode, type, id, how, cause, detail, foundAt: at, seenAt: at, by };
    drift.set(String(number), { number, ...found, repairedAt: null, repairedBy: null });
  };
  return {
    note: (found, by, at) =>
      own(() => {
        const distinct = [...new Map(found.map((one) => [keyText(one), one])).values()];
        for (const one of distinct.sort(compareKeys)) noteOne(one, by, at);
      }),
    open: (after, limit) =>
      own(() =>
        [...drift.values()]
          .filter(({ number, repairedAt }) => repairedAt === null && number > after)
          .sort((a, b) => a.number - b.number)
          .slice(0, limit)
          .map(({ number, account, livemode, type, id, foundAt, seenAt, how, cause }) => ({
            ...{ number, account, livemode, type, id, foundAt, seenAt, how, cause },
          })),
      ),
    close: (closings) => own(() => closings.forEach(({ number, ...changes }) => change(number, changes))),
    closeUnseen: (source, type, began, at) =>
      own(() => {
        for (const row of [...drift.values()])
          if (row.type === type && sourceText(row) === sourceText(source) && row.seenAt < began)
            change(row.number, { repairedAt: at });
      }),
    // Nothing here knows when an event came.
    late: async () => new Set(),
    prune: (before) =>
      own(() => {
        for (const { number, foundAt, seenAt, repairedAt } of [...drift.values()])
          if (foundAt < before && (repairedAt ?? seenAt) < before) drift.delete(String(number));
      }),
  };
}

/** What is stored about objects without SQL. Nobody edits a row here, so each proven row is as its proof wrote it. */
export function memoryEvidence({ store, mirror, marks, inbox, sweeps, backfills }: Memory): EvidenceReader {
  const rowOf = (key: ObjectKey): MirrorRow | undefined =>
    ownedObjects.has(key.type) ? undefined : mirror.get(keyText(key));
  const isOrphaned = (key: ObjectKey): boolean =>
    rowOf(key)?.deleted !== false &&
    [...mirror.values()].some(
      (row) =>
        childTypes(key.type).includes(row.type) &&
        sourceText(row) === sourceText(key) &&
        row.owner === key.id &&
        !row.deleted,
    );
  const evidenceOf = (key: ObjectKey): Evidence => {
    const row = rowOf(key);
    const mark = marks.get(keyText(key));
    const events = [...inbox.values()].filter((event) => isAbout(event, key));
    const [ignored] = events
      .filter(({ quarantine }) => quarantine !== null)
      .sort((a, b) => b.created.getTime() - a.created.getTime());
    return {
      mark: mark === undefined ? null : markEvidence(mark),
      row: row === undefined ? 'absent' : row.provenAt === null ? 'undigested' : 'as_proven',
      asOf: row?.asOf ?? null,
      isOrphaned: isOrphaned(key),
      isHeard: events.some(({ quarantine }) => quarantine === null),
      ignored:
        ignored === undefined ? null : { id: ignored.id, reason: ignored.quarantine ?? '', createdAt: ignored.created },
      refused: null,
    };
  };
  return {
    ofObjects: (database, keys) =>
      store.run(database, () =>
        catalogOf(keys[0]?.type ?? '')?.table == null
          ? new Map<string, Evidence>()
          : new Map(keys.map((key) => [keyText(key), evidenceOf(key)])),
      ),
    ofType: (database, source, type) =>
      store.run(database, () => {
        const proofs = [...sweeps.values()].filter(
          (sweep) =>
            sweep.type === type &&
            sourceText(sweep) === sourceText(source) &&
            sweep.scope === 'all' &&
            sweep.finishedAt !== null &&
            sweep.note === null,
        );
        const began = proofs.flatMap(({ beganAt }) => beganAt ?? []).sort((a, b) => b.getTime() - a.getTime());
        const equalAt = began[0] ?? null;
        const isFilled = backfills.get(`${sourceText(source)} ${type}`)?.finished === true;
        return { boundAt: null, equalAt, isLoaded: equalAt !== null || isFilled, versionSince: null };
      }),
  };
}

function markEvidence({ hintedAt, attempts, reason, deadSince }: NonNullable<Evidence['mark']>): Evidence['mark'] {
  return { hintedAt, attempts, reason, deadSince };
}

function isAbout(event: EventRow, { account, livemode, type, id }: ObjectKey): boolean {
  return event.objectType === type && event.objectId === id && event.account === account && event.livemode === livemode;
}

import { open, readFile, rename, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LockstepError, messageOf } from '../../../src/kernel/error.js';
import type { KeptAnswer } from '../api/idempotency.js';
import type { KeptClock } from '../clock/emulator-clock.js';
import type { RowType } from './rows.js';
import type { EmulatorState } from './state.js';
import type { AccountIdentity, Store } from './store.js';
import { allStores, clearStore, storeOf, typesOf } from './store.js';
import type { Identified, RowTable } from './table.js';

const FORMAT = 'lockstep-emulator';
const VERSION = 1;
const CHUNK_ROWS = 2000;

interface Head {
  format: string;
  version: number;
  identity: AccountIdentity;
  /** Absent in files of an emulator that did not keep its time yet. */
  clock?: KeptClock;
  /** Lines that follow, so that a file cut short is noticed. */
  rows: number;
}
/** `account`: the connected account whose row this is; absent for the own one. */
type RowLine = [type: RowType, row: unknown, deleted?: string | null, account?: string];
type AnswerLine = ['answer', KeptAnswer];
type Line = AnswerLine | RowLine;

/** A state file's content, read and found whole. */
export interface KeptState {
  head: Head;
  lines: Line[];
}

/**
 * Writes everything to a temporary file beside, synced, then renames it: the file is the old state or the new one.
 * Rows are never changed in place, so the state of this moment is written even while requests go on.
 */
export async function saveState(state: EmulatorState, file: string): Promise<void> {
  const moment = momentOf(state);
  const head: Head = {
    format: FORMAT,
    version: VERSION,
    identity: state.store.identity,
    clock: state.clock.kept,
    rows: moment.count,
  };
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  // The file holds webhook secrets and keys, so only its owner may read it.
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.write(`${JSON.stringify(head)}\n`);
    for (const chunk of chunksOf(moment.lines())) await handle.write(chunk);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await handle.close();
  await rename(temporary, file);
  const directory = await open(dirname(file), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * What a state file holds; undefined when there is no such file.
 * @param types every type that there is
 * @throws `emulator_state_unreadable` when the file is not one of ours, is cut short or is newer.
 */
export async function readState(file: string, types: readonly RowType[]): Promise<KeptState | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    const [first = '', ...rest] = text.trimEnd().split('\n');
    const head = JSON.parse(first) as Head;
    if (head.format !== FORMAT) throw new Error('it is not a state file of the emulator');
    if (head.version !== VERSION)
      throw new Error(`it has format version ${head.version}, this emulator reads ${VERSION}`);
    if (head.rows !== rest.length) throw new Error(`it is cut short: ${rest.length} of ${head.rows} rows are there`);
    const lines = rest.map((line) => JSON.parse(line) as Line);
    const unknown = lines.find(([type]) => type !== 'answer' && !types.includes(type));
    if (unknown !== undefined) throw new Error(`it has rows of an unknown type '${String(unknown[0])}'`);
    return { head, lines };
  } catch (error) {
    throw unreadable(file, error, `move ${file} away to start with an empty emulator`);
  }
}

/** Replaces everything with what was kept. @param how what happens to the time, as for the clock */
export function restoreState(state: EmulatorState, kept: KeptState, how: 'as if running' | 'where it stood'): void {
  clearStore(state.store);
  state.answers.clear();
  state.store.identity = kept.head.identity;
  if (kept.head.clock !== undefined) state.clock.restore(kept.head.clock, how);
  for (const line of kept.lines) {
    if (line[0] === 'answer') state.answers.keep(line[1]);
    else restoreRow(state.store, line);
  }
}

/** All lines as they are now, made one by one while they are written. */
function momentOf({ store, answers }: EmulatorState): { count: number; lines: () => Generator<Line> } {
  const tables = allStores(store).flatMap((part) =>
    typesOf(part).map((type) => ({
      type,
      account: part === store ? undefined : part.identity.account,
      ...part.tables[type].entries(),
    })),
  );
  const kept = [...answers.kept()];
  return {
    count: tables.reduce((sum, { count }) => sum + count, kept.length),
    lines: function* () {
      for (const { type, account, all } of tables)
        for (const { id, row } of all()) yield lineOf(type, id, row, account);
      for (const answer of kept) yield ['answer', answer];
    },
  };
}

function* chunksOf(lines: Generator<Line>): Generator<string> {
  let chunk: string[] = [];
  for (const line of lines) {
    chunk.push(JSON.stringify(line));
    if (chunk.length < CHUNK_ROWS) continue;
    yield `${chunk.join('\n')}\n`;
    chunk = [];
  }
  if (chunk.length > 0) yield `${chunk.join('\n')}\n`;
}

function lineOf(type: RowType, id: string, row: unknown, account: string | undefined): RowLine {
  const deleted = row === undefined ? id : null;
  if (account !== undefined) return [type, row ?? null, deleted, account];
  return deleted === null ? [type, row] : [type, null, deleted];
}

function restoreRow(own: Store, [type, row, deleted, account]: RowLine): void {
  // The own rows come first, so the accounts are known by now; a deleted one's rows are not needed.
  const store = account === undefined ? own : storeOf(own, account);
  if (store === undefined) return;
  const table = store.tables[type] as unknown as RowTable<Identified>;
  if (typeof deleted === 'string') table.bury(deleted);
  else table.put(row as Identified);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(file, error, `check the permissions of ${file}`);
  }
}

function unreadable(file: string, cause: unknown, hint: string): LockstepError {
  return new LockstepError('emulator_state_unreadable', `Cannot read the emulator's state file: ${messageOf(cause)}`, {
    hint,
    facts: { file },
    cause,
  });
}

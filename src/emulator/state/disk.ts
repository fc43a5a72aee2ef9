import { open, readFile, rename, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LockstepError, messageOf } from '../../kernel/error.js';
import type { RowType } from './rows.js';
import { ROW_TYPES } from './rows.js';
import type { Identity, Store } from './store.js';
import { allStores, storeOf } from './store.js';
import type { Identified, Table } from './table.js';

const FORMAT = 'lockstep-emulator';
const VERSION = 1;
const CHUNK_ROWS = 2000;

interface Head {
  format: string;
  version: number;
  identity: Identity;
  /** Lines that follow, so that a file cut short is noticed. */
  rows: number;
}
/** `account`: the connected account whose row this is; absent for the own one. */
type Line = [type: RowType, row: unknown, deleted?: string | null, account?: string];

/**
 * Writes everything to a temporary file beside, synced, then renames it: the file is the old state or the new one.
 * Rows are never changed in place, so the state of this moment is written even while requests go on.
 */
export async function saveStore(store: Store, file: string): Promise<void> {
  const lines: Line[] = [];
  for (const part of allStores(store)) {
    const account = part === store ? undefined : part.identity.account;
    for (const type of ROW_TYPES) {
      for (const { id, row } of part.tables[type].entries()) lines.push(lineOf(type, id, row, account));
    }
  }
  const head: Head = { format: FORMAT, version: VERSION, identity: store.identity, rows: lines.length };
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  // The file holds webhook secrets and keys, so it is the owner's alone.
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.write(`${JSON.stringify(head)}\n`);
    for (let at = 0; at < lines.length; at += CHUNK_ROWS) {
      await handle.write(
        `${lines
          .slice(at, at + CHUNK_ROWS)
          .map((line) => JSON.stringify(line))
          .join('\n')}\n`,
      );
    }
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
 * Fills the store from its file. False when there is none yet.
 * @throws LockstepError `emulator_state_unreadable` when the file is not one of ours, is cut short or is newer.
 */
export async function loadStore(store: Store, file: string): Promise<boolean> {
  const text = await readIfThere(file);
  if (text === undefined) return false;
  try {
    const [first = '', ...lines] = text.trimEnd().split('\n');
    const head = JSON.parse(first) as Head;
    if (head.format !== FORMAT) throw new Error('it is not a state file of the emulator');
    if (head.version !== VERSION)
      throw new Error(`it has format version ${head.version}, this emulator reads ${VERSION}`);
    if (head.rows !== lines.length) throw new Error(`it is cut short: ${lines.length} of ${head.rows} rows are there`);
    store.identity = head.identity;
    for (const line of lines) restore(store, JSON.parse(line) as Line);
    return true;
  } catch (error) {
    throw new LockstepError(
      'emulator_state_unreadable',
      `the emulator's state file cannot be read: ${messageOf(error)}`,
      {
        hint: `move ${file} away to start with an empty emulator`,
        facts: { file },
        cause: error,
      },
    );
  }
}

function lineOf(type: RowType, id: string, row: unknown, account: string | undefined): Line {
  const deleted = row === undefined ? id : null;
  if (account !== undefined) return [type, row ?? null, deleted, account];
  return deleted === null ? [type, row] : [type, null, deleted];
}

function restore(own: Store, [type, row, deleted, account]: Line): void {
  // The own rows come first, so the accounts are known by now; a deleted one's rows are not needed.
  const store = account === undefined ? own : storeOf(own, account);
  if (store === undefined) return;
  const table = store.tables[type] as Table<Identified> | undefined;
  if (table === undefined) throw new Error(`it has rows of an unknown type '${String(type)}'`);
  if (typeof deleted === 'string') table.bury(deleted);
  else table.put(row as Identified);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new LockstepError(
      'emulator_state_unreadable',
      `the emulator's state file cannot be read: ${messageOf(error)}`,
      {
        hint: `check the permissions of ${file}`,
        facts: { file },
        cause: error,
      },
    );
  }
}

import { computed, signal, useSignal, type ReadonlySignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { useEmulator } from './emulator.js';
import { ApiError, type Page, type Params } from './api.js';

export interface Loaded<T> {
  /** Undefined until the first answer. */
  readonly value: ReadonlySignal<T | undefined>;
  readonly failed: ReadonlySignal<string | null>;
  /** Whether the answer was 404. */
  readonly missing: ReadonlySignal<boolean>;
  readonly again: () => void;
}

/** Why a value is loaded: it may have changed, or only more of it is wanted. */
type Reason = 'changed' | 'more';

/**
 * Loads a value, and loads it again whenever an object of the types in `follow` changes. `key` names what is loaded; a
 * new key starts over. However many changes come during one request, only one more request follows, after a pause that
 * is as long as the request took.
 */
export function useLoaded<T>(key: string, follow: readonly string[], load: () => Promise<T>): Loaded<T> {
  return useReloaded(key, follow, load);
}

interface Reloaded<T> extends Loaded<T> {
  readonly more: () => void;
  /** Shows a part of what is still being loaded. */
  readonly show: (value: T) => void;
}

/** @param keeps whether the value stays until the first answer for a new key */
function useReloaded<T>(
  key: string,
  follow: readonly string[],
  load: (reason: Reason) => Promise<T>,
  keeps = false,
): Reloaded<T> {
  const { live } = useEmulator();
  const value = useSignal<T | undefined>(undefined);
  const failed = useSignal<string | null>(null);
  const missing = useSignal(false);
  const latest = useRef(load);
  latest.current = load;
  const run = useRef<(reason: Reason) => void>(() => undefined);

  useEffect(() => {
    const loop = createLoop(
      (reason) => latest.current(reason),
      (answer) => {
        value.value = answer;
        failed.value = null;
        missing.value = false;
      },
      (thrown) => {
        failed.value = thrown instanceof Error ? thrown.message : String(thrown);
        missing.value = thrown instanceof ApiError && thrown.status === 404;
      },
    );
    run.current = loop.run;
    if (!keeps) value.value = undefined;
    failed.value = null;
    missing.value = false;
    loop.run('changed');
    const unfollow = live.follow(follow, () => loop.run('changed'));
    return () => {
      loop.stop();
      unfollow();
    };
  }, [key, live]);

  return {
    value,
    failed,
    missing,
    again: useCallback(() => {
      failed.value = null;
      run.current('changed');
    }, []),
    more: useCallback(() => run.current('more'), []),
    show: useCallback((part: T) => (value.value = part), []),
  };
}

/** Runs `load` whenever it is asked to, one at a time. After `stop`, no answer is reported. */
function createLoop<T>(
  load: (reason: Reason) => Promise<T>,
  onAnswer: (answer: T) => void,
  onFailure: (thrown: unknown) => void,
): { run: (reason: Reason) => void; stop: () => void } {
  let stopped = false;
  let busy = false;
  let missed: Reason | undefined;
  const run = (reason: Reason): void => {
    if (busy) {
      if (missed !== 'changed') missed = reason;
      return;
    }
    busy = true;
    const began = performance.now();
    load(reason)
      .then(
        (answer) => stopped || onAnswer(answer),
        (thrown: unknown) => stopped || onFailure(thrown),
      )
      .finally(() => {
        const pause = missed === 'changed' ? Math.min(PAUSE_MAX_MS, performance.now() - began) : 0;
        setTimeout(() => {
          busy = false;
          const next = missed;
          missed = undefined;
          if (next !== undefined && !stopped) run(next);
        }, pause);
      });
  };
  return { run, stop: () => (stopped = true) };
}

/** Loads one object by its path. */
export function useObject<T>(path: string, follow: readonly string[], params: Params = {}): Loaded<T> {
  const { api } = useEmulator();
  return useLoaded(`${path} ${JSON.stringify(params)}`, follow, () => api.get<T>(path, params));
}

export interface LoadedList<T> extends Loaded<readonly T[]> {
  readonly more: ReadonlySignal<boolean>;
  readonly loadMore: () => void;
}

/** A filter that the API does not have, so the dashboard applies it. `what` is its key: another one starts over. */
export interface Only<T> {
  readonly what: string;
  readonly fits: (row: T) => boolean;
}

/** What chooses the rows of a list, beside the parameters of the API. */
export interface Choice<T> {
  readonly only?: Only<T> | undefined;
  /** Words that the emulator looks for in each row. The rows before stay until it has answered. */
  readonly search?: string | undefined;
}

/** The pages of a list that are loaded. */
interface Pages<T> {
  readonly key: string;
  /** How many pages are shown. */
  count: number;
  rows: readonly T[];
  /** The last row that was read, which may not be shown. */
  cursor: string | undefined;
}

/**
 * Loads a list page by page. `loadMore` adds a page. A change reloads the pages that are shown.
 * With `only`, it reads until enough rows fit to fill those pages, or `READ_MAX` pages for each.
 */
export function useList<T extends { id: string }>(
  path: string,
  follow: readonly string[],
  params: Params = {},
  { only, search = '' }: Choice<T> = {},
): LoadedList<T> {
  const { api } = useEmulator();
  const list = `${path} ${JSON.stringify(params)} ${only?.what ?? ''}`;
  const key = `${list} ${search}`;
  const pages = useRef<Pages<T>>({ key, count: 1, rows: [], cursor: undefined });
  if (pages.current.key !== key) pages.current = { key, count: 1, rows: [], cursor: undefined };
  const shownList = useRef(list);
  const keeps = shownList.current === list;
  shownList.current = list;
  const more = useSignal(false);

  const load = async (reason: Reason): Promise<readonly T[]> => {
    const now = pages.current;
    const goesOn = reason === 'more';
    let rows = goesOn ? now.rows : [];
    let after = goesOn ? now.cursor : undefined;
    let hasMore = true;
    for (let read = 0; hasMore && read < now.count * READ_MAX && rows.length < now.count * PAGE_SIZE; read++) {
      const answer = await api.get<Page<T>>(path, { ...params, limit: PAGE_SIZE, starting_after: after }, search);
      rows = [...rows, ...(only === undefined ? answer.data : answer.data.filter(only.fits))];
      after = answer.data.at(-1)?.id;
      hasMore = answer.has_more;
      if (pages.current !== now) return rows; // a newer search is under way
      if (!goesOn && read === 0 && now.rows.length > rows.length) loaded.show(before(rows, now.rows));
    }
    Object.assign(now, { rows, cursor: after });
    more.value = hasMore;
    return rows;
  };
  const loaded = useReloaded<readonly T[]>(key, follow, load, keeps);
  const loadMore = useCallback(() => {
    pages.current.count++;
    loaded.more();
  }, []);
  return { ...loaded, more, loadMore };
}

/** The first rows as they are now, and below them the others as they were. */
function before<T extends { id: string }>(first: readonly T[], old: readonly T[]): readonly T[] {
  const last = first.at(-1)?.id;
  return [...first, ...old.slice(old.findIndex(({ id }) => id === last) + 1 || old.length)];
}

/** Turns a value that was loaded at once into a list without further pages. */
export function whole<T, Row>(loaded: Loaded<T>, rows: (value: T) => readonly Row[]): LoadedList<Row> {
  const value = computed(() => (loaded.value.value === undefined ? undefined : rows(loaded.value.value)));
  return { ...loaded, value, more: never, loadMore: () => undefined };
}

const never = signal(false);

const PAGE_SIZE = 100;
/** How many pages are read, at most, to fill one page that is shown. */
const READ_MAX = 50;
const PAUSE_MAX_MS = 2_000;

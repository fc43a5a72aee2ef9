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

/**
 * Loads a value, and loads it again whenever an object of the types in `follow` changes. `key` names what is loaded; a
 * new key starts over. However many changes come during one request, only one more request follows.
 */
export function useLoaded<T>(key: string, follow: readonly string[], load: () => Promise<T>): Loaded<T> {
  const { live } = useEmulator();
  const value = useSignal<T | undefined>(undefined);
  const failed = useSignal<string | null>(null);
  const missing = useSignal(false);
  const latest = useRef(load);
  latest.current = load;
  const run = useRef<() => void>(() => undefined);

  useEffect(() => {
    let stopped = false;
    let busy = false;
    let missed = false;
    const once = (): void => {
      if (busy) {
        missed = true;
        return;
      }
      busy = true;
      latest
        .current()
        .then(
          (answer) => {
            if (stopped) return;
            value.value = answer;
            failed.value = null;
            missing.value = false;
          },
          (thrown: unknown) => {
            if (stopped) return;
            failed.value = thrown instanceof Error ? thrown.message : String(thrown);
            missing.value = thrown instanceof ApiError && thrown.status === 404;
          },
        )
        .finally(() => {
          busy = false;
          if (missed && !stopped) {
            missed = false;
            once();
          }
        });
    };
    run.current = once;
    value.value = undefined;
    failed.value = null;
    missing.value = false;
    once();
    const unfollow = live.follow(follow, once);
    return () => {
      stopped = true;
      unfollow();
    };
  }, [key, live]);

  const again = useCallback(() => {
    failed.value = null;
    run.current();
  }, []);
  return { value, failed, missing, again };
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

/**
 * Loads a list page by page. `loadMore` adds a page. A change reloads the pages that are shown.
 * With `only`, it reads until enough rows fit to fill those pages, or `readMax` pages for each.
 */
export function useList<T extends { id: string }>(
  path: string,
  follow: readonly string[],
  params: Params = {},
  only?: Only<T>,
): LoadedList<T> {
  const { api } = useEmulator();
  const key = `${path} ${JSON.stringify(params)} ${only?.what ?? ''}`;
  const pages = useRef({ key, count: 1 });
  if (pages.current.key !== key) pages.current = { key, count: 1 };
  const more = useSignal(false);
  const loaded = useLoaded<readonly T[]>(key, follow, async () => {
    const { count } = pages.current;
    const rows: T[] = [];
    let after: string | undefined;
    for (let read = 0; read < count * readMax && rows.length < count * pageSize; read++) {
      const answer = await api.get<Page<T>>(path, { ...params, limit: pageSize, starting_after: after });
      rows.push(...(only === undefined ? answer.data : answer.data.filter(only.fits)));
      after = answer.data.at(-1)?.id;
      more.value = answer.has_more;
      if (!answer.has_more) break;
    }
    return rows;
  });
  const loadMore = useCallback(() => {
    pages.current.count++;
    loaded.again();
  }, [loaded.again]);
  return { ...loaded, more, loadMore };
}

/** Turns a value that was loaded at once into a list without further pages. */
export function whole<T, Row>(loaded: Loaded<T>, rows: (value: T) => readonly Row[]): LoadedList<Row> {
  const value = computed(() => (loaded.value.value === undefined ? undefined : rows(loaded.value.value)));
  return { ...loaded, value, more: never, loadMore: () => undefined };
}

const never = signal(false);

const pageSize = 100;
/** How many pages are read, at most, to fill one page that is shown. */
const readMax = 50;

import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { Failure } from './api.js';

/** A value from the service, loaded again every few seconds while the page is visible. */
export interface Fetched<T> {
  /** undefined until the first answer. The last one stays while a later request fails. */
  readonly value: ReadonlySignal<T | undefined>;
  readonly failed: ReadonlySignal<string | null>;
  readonly again: () => void;
}

/** Loads a value. A new `key` starts over. `everyMs` 0: only once, and when `again` is called. */
export function useFetched<T>(key: string, load: () => Promise<T>, everyMs = 5_000): Fetched<T> {
  const value = useSignal<T | undefined>(undefined);
  const failed = useSignal<string | null>(null);
  const latest = useRef(load);
  latest.current = load;
  const run = useRef<() => void>(() => undefined);

  useEffect(() => {
    let stopped = false;
    let busy = false;
    let wanted = false;
    const once = (): void => {
      wanted = busy;
      if (busy) return;
      busy = true;
      void latest
        .current()
        .then(
          (answer) => {
            if (stopped) return;
            value.value = answer;
            failed.value = null;
          },
          (error: unknown) => {
            if (stopped || (error instanceof Failure && error.status === 401)) return;
            failed.value = error instanceof Error ? error.message : String(error);
          },
        )
        .finally(() => {
          busy = false;
          if (wanted && !stopped) once();
        });
    };
    const visible = (): void => {
      if (!document.hidden) once();
    };
    run.current = once;
    value.value = undefined;
    failed.value = null;
    once();
    const timer = everyMs > 0 ? setInterval(visible, everyMs) : undefined;
    document.addEventListener('visibilitychange', visible);
    return () => {
      stopped = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', visible);
    };
  }, [key]);

  return { value, failed, again: useCallback(() => run.current(), []) };
}

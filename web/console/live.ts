import { signal } from '@preact/signals';
import type { LiveJson } from '../../src/http/console/answers.js';
import { openStream, type Stream } from '../shared/stream.js';
import { liveAddress, openSession, session } from './api.js';

/** The latest headline. It is old if `connected` is false or `away` is set. */
export const live = signal<LiveJson | null>(null);
/** Why the service cannot read its database; null: it can. */
export const away = signal<string | null>(null);
export const connected = signal(false);
/** The objects that changed in the last two seconds. */
export const changed = signal<readonly string[]>([]);

let stream: Stream | undefined;

/** Follows the values while the page is visible and somebody is signed in. */
export function follow(): void {
  const turn = (): void => {
    const isWanted = !document.hidden && session.value != null;
    if (isWanted && stream === undefined) stream = open();
    if (!isWanted && stream !== undefined) {
      stream.close();
      stream = undefined;
      connected.value = false;
    }
  };
  document.addEventListener('visibilitychange', turn);
  session.subscribe(turn);
}

function open(): Stream {
  const opened = openStream(liveAddress, {
    on: {
      status: (data) => {
        live.value = data as LiveJson;
        away.value = null;
      },
      away: (data) => {
        away.value = (data as { reason: string }).reason;
      },
      changed: (data) => {
        changed.value = data as string[];
      },
      ended: () => void openSession().catch(() => undefined),
    },
  });
  opened.connected.subscribe((isConnected) => {
    connected.value = isConnected;
    // A session that has ended looks like a lost connection.
    if (!isConnected && session.value != null) void openSession().catch(() => undefined);
  });
  return opened;
}

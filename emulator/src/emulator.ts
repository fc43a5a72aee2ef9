/**
 * The emulator: a stateful local Stripe over HTTP. How it is laid out:
 *
 * - `api/`       a request becomes an answer: key → address → idempotency → parameters → work → expansion. What varies
 *                between endpoints is data: a parameter table, a list's filters, a row of `expansions`.
 * - `nouns/`     a folder per noun. Its `noun.ts` says all that is known of the type; the other files are its rules.
 * - `reactions`  what follows from what: a payment succeeded, so its invoice is paid, so its subscription is active.
 * - `state/`     rows in tables with indexes; a `Unit` does one request's work, all or nothing, and makes the events with
 *                their exact `previous_attributes`; `disk` and `keeper` hold it all in a file.
 * - `delivery/`  events to webhook endpoints: signed, retried, recorded, lost on purpose.
 * - `versions/`  how objects looked in older versions of the API.
 * - `control/`   `/_emulator/*` and the built pages.
 * - `pages/`     Checkout, the portal, invoices and 3-D Secure, as the pages that Stripe hosts.
 * - `namespaces/` many accounts on one server.
 * - `contract`   what `startEmulator` takes and gives; `index` is the package's entry; `parts` puts everything together.
 *
 * A new object type is a folder in `nouns/` and a line in `nouns/all.ts`.
 * It imports nothing of Lockstep but the kernel and facts of the SDK: the referee does not share the player's code.
 */
import { openDoor } from '../../src/kernel/door.js';
import { tick } from './clock/tick.js';
import type { Emulator, TestNamespace, EmulatorOptions } from './contract.js';
import type { ServerPlace } from './handle.js';
import { handleOf } from './handle.js';
import { listen } from './listen.js';
import type { Spaces } from './namespaces/spaces.js';
import { openSpaces } from './namespaces/spaces.js';
import type { Parts } from './parts.js';
import { openParts } from './parts.js';
import { emulatorServer } from './server.js';

export type { Emulator, EmulatorOptions } from './contract.js';

/**
 * Starts a local Stripe.
 * @throws `port_taken`, `option_invalid`, or `emulator_state_unreadable` when the file is not usable.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port: wantedPort = 4747, host = '127.0.0.1', webDir } = options;
  const door = openDoor([...(options.allowHosts ?? []), ...ownName(host)]);
  const parts = await openParts(options);
  const { state, keeper, log } = parts;
  const spaces = openSpaces(parts, options);
  const server = emulatorServer({ spaces, door, webDir, log });
  const port = await listen(server, wantedPort, host).catch((error: unknown) => {
    parts.stream.stop();
    throw error;
  });
  state.store.origin = `http://${reachedAt(host)}:${port}`;
  const stopping = new AbortController();
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    spaces.namespaces.stop();
    spaces.own.stop();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await keeper?.flush();
    log.info({ event: 'emulator.stopped' });
  };
  // A new state's identity is kept from the first moment, or a restart would be another account.
  if (parts.isNew) keeper?.changed();
  await keeper?.flush();
  void tick(parts.outside, stopping.signal, () => live(spaces));
  log.info({ event: 'emulator.started', port, account: state.store.identity.account });
  return emulatorOf(parts, spaces, { url: state.store.origin, host, port }, () => (stopped ??= stop()));
}

/** Lets everything happen that is due, in every account. */
function live({ own, namespaces }: Spaces): void {
  for (const { parts } of [own, ...namespaces.spaces()]) parts.lifelines.live(parts.api);
  namespaces.dropIdle();
}

function emulatorOf(parts: Parts, { namespaces }: Spaces, place: ServerPlace, stop: Emulator['stop']): Emulator {
  const namespace = (wanted?: string): TestNamespace => {
    const { name } = namespaces.open(wanted);
    const handle = handleOf(() => namespaces.open(name).space.parts, place);
    return Object.assign(handle, { name, drop: () => void namespaces.drop(name) });
  };
  return Object.assign(
    handleOf(() => parts, place),
    { namespace, flush: async () => parts.keeper?.flush(), stop },
  );
}

/** Of an address that stands for all of a machine's, the loopback one is the one that is always there. */
function reachedAt(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** An address that it was told to listen on is its own name, unless it stands for every address. */
const ownName = (host: string): string[] => (host === '0.0.0.0' || host === '::' ? [] : [reachedAt(host)]);

/**
 * Namespaces: many accounts on one server, such as one for each test. A request names its namespace by its key, by a
 * header, or by the beginning of its path. Each has its own account, objects, clock, faults, endpoints, and request log.
 *
 * - `name`        what names a namespace, and what follows from the name: the account and its keys.
 * - `namespaces`  the open ones: created on first use, at most so many, dropped when idle.
 * - `asked`       which one a request is for.
 */
import type { Clock } from '../../../src/kernel/clock.js';
import { LockstepError } from '../../../src/kernel/error.js';
import type { Log } from '../../../src/kernel/log.js';
import { randomText } from '../state/id.js';
import { checkName, identityOf } from './name.js';

/** What a namespace must be able to do, so that it can be kept and dropped. */
export interface Droppable {
  /** Whether somebody listens: a page, or the Stripe CLI. It is not idle then. */
  isHeard(): boolean;
  /** Ends its deliveries and its connections. */
  stop(): void;
}

/** An open namespace, as `GET /_emulator/namespaces` lists it. */
export interface NamespaceFacts {
  name: string;
  /** `acct_…`. */
  account: string;
  /** `sk_test_…`. */
  secret_key: string;
  /** `pk_test_…`. */
  publishable_key: string;
  /** Since its last request. */
  idle_seconds: number;
}

export interface NamespacesOptions<S extends Droppable> {
  /** How many may be open. 0: there is only the default one. */
  max: number;
  /** A namespace that has no request for so long is dropped. */
  idleMs: number;
  /** The real time. */
  clock: Clock;
  log: Log;
  create(name: string): S;
}

/** The open namespaces of a server, without its default one. */
export class Namespaces<S extends Droppable> {
  readonly #open = new Map<string, { space: S; usedAt: number }>();

  constructor(private readonly options: NamespacesOptions<S>) {}

  /** Whether this server has any but the default one. */
  get isOn(): boolean {
    return this.options.max > 0;
  }

  /**
   * Opens a namespace, or gives the one that is open. @param name default: a random one
   * @throws LockstepError `namespace_invalid`, `too_many_namespaces`
   */
  open(name = randomText(12)): { name: string; space: S } {
    checkName(name);
    const known = this.find(name);
    if (known !== undefined) return { name, space: known };
    if (this.#open.size >= this.options.max) throw this.#tooMany();
    const space = this.options.create(name);
    this.#open.set(name, { space, usedAt: this.#now() });
    this.options.log.info({ event: 'emulator.namespace.opened', name });
    return { name, space };
  }

  /** The one that is open; it counts as used now. */
  find(name: string): S | undefined {
    const entry = this.#open.get(name);
    if (entry !== undefined) entry.usedAt = this.#now();
    return entry?.space;
  }

  /** Forgets a namespace with everything in it. False if it was not open. */
  drop(name: string): boolean {
    const entry = this.#open.get(name);
    if (entry === undefined) return false;
    this.#open.delete(name);
    entry.space.stop();
    this.options.log.info({ event: 'emulator.namespace.dropped', name });
    return true;
  }

  /** Drops what is idle. */
  dropIdle(): void {
    const now = this.#now();
    for (const [name, entry] of this.#open) {
      if (entry.space.isHeard()) entry.usedAt = now;
      else if (now - entry.usedAt > this.options.idleMs) this.drop(name);
    }
  }

  /** All open ones, the oldest first. */
  list(): NamespaceFacts[] {
    return [...this.#open].map(([name, { usedAt }]) => {
      const { account, secretKey, publishableKey } = identityOf(name);
      return {
        name,
        account,
        secret_key: secretKey,
        publishable_key: publishableKey,
        idle_seconds: Math.floor((this.#now() - usedAt) / 1000),
      };
    });
  }

  spaces(): S[] {
    return [...this.#open.values()].map(({ space }) => space);
  }

  stop(): void {
    for (const name of [...this.#open.keys()]) this.drop(name);
  }

  #now(): number {
    return this.options.clock.now().getTime();
  }

  #tooMany(): LockstepError {
    const { max } = this.options;
    if (max === 0) {
      return new LockstepError('namespace_unknown', 'This emulator has no namespaces', {
        hint: 'start it with --max-namespaces 1000, or use its own keys',
      });
    }
    return new LockstepError('too_many_namespaces', `${max} namespaces are open, which is the limit`, {
      hint: 'drop one with DELETE /_emulator/namespaces/NAME after its test, or raise --max-namespaces',
      facts: { max },
    });
  }
}

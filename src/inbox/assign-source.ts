import type { Source } from '../kernel/source.js';
import type { Reached } from './sources.js';

/** An account whose key this service has. */
export interface Home extends Source {
  /** Which connected accounts are mirrored too: all (true), none (false), or those named. */
  readonly connect: boolean | readonly string[];
}

/**
 * `erased`: it is about a customer that was erased, or about something of that customer's. `type`: it is about a type that is
 * not mirrored. The bodies of both are not stored.
 */
export type Quarantine = 'account' | 'livemode' | 'object' | 'erased' | 'type';

/** The account that an event belongs to. `quarantine` says why the event may not change anything; null: it may. */
export interface AssignedSource {
  source: Reached;
  quarantine: Extract<Quarantine, 'account' | 'livemode'> | null;
}

/**
 * Finds the account that an event belongs to, by its `account` (set only for connected accounts) and `livemode`.
 * Stripe sends test events to a live Connect endpoint too, so a live secret may sign for the test mode of its account.
 * A test secret never signs for live mode.
 * @param signedFor the home whose secret signed the event, or whose list it was read from
 */
export function assignSource(
  homes: readonly Home[],
  signedFor: Home,
  { account, livemode }: { account: string | undefined; livemode: boolean },
): AssignedSource {
  const source = { account: account ?? signedFor.account, livemode, platform: signedFor.account };
  const home =
    livemode === signedFor.livemode
      ? signedFor
      : homes.find((each) => signedFor.livemode && each.account === signedFor.account && each.livemode === livemode);
  if (home === undefined) return { source, quarantine: 'livemode' };
  const isMirrored = source.account === home.account || isConnected(home, source.account);
  return { source, quarantine: isMirrored ? null : 'account' };
}

function isConnected({ connect }: Home, account: string): boolean {
  return typeof connect === 'boolean' ? connect : connect.includes(account);
}

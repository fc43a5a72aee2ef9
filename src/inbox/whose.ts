import type { Source } from '../kernel/source.js';
import type { Reached } from './sources.js';

/** An account whose key this service has. */
export interface Home extends Source {
  /** Whether events of accounts connected to it are its own business: all of them, or those named. */
  readonly connect: boolean | readonly string[];
}

export type Quarantine = 'account' | 'livemode' | 'object';

/** Whom an event is about, and why it changes nothing where it may not. */
export interface Whose {
  source: Reached;
  quarantine: Extract<Quarantine, 'account' | 'livemode'> | null;
}

/**
 * An event says whose it is by `account` (connected accounts only) and `livemode`. `signedFor`: the home whose secret
 * signed it, or whose list it was read from. A live Connect endpoint is sent test events too, so a live secret may
 * speak for the test mode of its account; a test secret never speaks for live mode.
 */
export function whose(
  homes: readonly Home[],
  signedFor: Home,
  { account, livemode }: { account: string | undefined; livemode: boolean },
): Whose {
  const mine = account ?? signedFor.account;
  const foreign = { account: mine, livemode, platform: signedFor.account };
  const home =
    livemode === signedFor.livemode
      ? signedFor
      : homes.find((each) => signedFor.livemode && each.account === signedFor.account && each.livemode === livemode);
  if (home === undefined) return { source: foreign, quarantine: 'livemode' };
  if (mine === home.account || isConnected(home, mine)) return { source: foreign, quarantine: null };
  return { source: foreign, quarantine: 'account' };
}

function isConnected({ connect }: Home, account: string): boolean {
  return typeof connect === 'boolean' ? connect : connect.includes(account);
}

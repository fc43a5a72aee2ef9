// The base of everything else. It imports no other layer. In reading order:
//
// - `source` has the keys of accounts and objects. `error` has every error code and what to do about it.
// - `clock`, `chance`, and `log` are the time, random values, and the log, which are passed in.
// - `nearest`, `unknown-key`, and `schema-issue` say what is wrong with an option, and which one was probably meant.
// - `tracing` is how deliveries and proofs are traced, by whatever traces them.
// - `door` decides which host names and pages a local server answers. `listen-failure` says why a port cannot be
//   opened.

/** One Stripe account in one mode. Every key begins with it. */
export interface Source {
  /** The account's id, `acct_…`. For a connected account, its own id. */
  readonly account: string;
  /** true: live mode; false: test mode or a sandbox. */
  readonly livemode: boolean;
}

/** The key of one Stripe object, in the marks, the mirror, and the log. */
export interface ObjectKey extends Source {
  /** The object type, as in Stripe's field `object`: `subscription`, `checkout.session`. */
  readonly type: string;
  /** The object's id at Stripe. */
  readonly id: string;
}

export function keyText({ account, livemode, type, id }: ObjectKey): string {
  return `${account} ${livemode ? 'live' : 'test'} ${type} ${id}`;
}

/** The order in which every writer takes its locks, so that two writers never deadlock. */
export function compareKeys(a: ObjectKey, b: ObjectKey): number {
  return (
    compareTexts(a.account, b.account) ||
    Number(a.livemode) - Number(b.livemode) ||
    compareTexts(a.type, b.type) ||
    compareTexts(a.id, b.id)
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

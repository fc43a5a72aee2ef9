// What everything else stands on; it imports nothing. In reading order:
//
// - `source` is how an account and an object are named everywhere; `error`, every error code and what to do about it.
// - `clock` and `log` are time and the log, which arrive as arguments.
// - `nearest`, `unknown-key` and `schema-issue` say what is wrong with an option, and which one was meant.
// - `door` says which host names and pages a local server answers; `listen-failure`, why a port cannot be opened.

/** One Stripe account in one mode: half of every key. */
export interface Source {
  /** `acct_…`; of a connected account, its own. */
  readonly account: string;
  /** Whether it is live mode; false: test mode, or a sandbox. */
  readonly livemode: boolean;
}

/** What names one Stripe object everywhere: in the dirty set, the mirror and the log. */
export interface ObjectKey extends Source {
  /** As Stripe's field `object` says it: `subscription`, `checkout.session`. */
  readonly type: string;
  /** As Stripe has it. */
  readonly id: string;
}

export function keyText({ account, livemode, type, id }: ObjectKey): string {
  return `${account} ${livemode ? 'live' : 'test'} ${type} ${id}`;
}

/** The order in which every writer takes its locks. */
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

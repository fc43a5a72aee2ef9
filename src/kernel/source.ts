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

export function compareKeys(a: ObjectKey, b: ObjectKey): number {
  const left = keyText(a);
  const right = keyText(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

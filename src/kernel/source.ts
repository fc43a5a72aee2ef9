/** One Stripe account in one mode: half of every key. */
export interface Source {
  readonly account: string;
  readonly livemode: boolean;
}

/** What names one Stripe object everywhere: in the dirty set, the mirror and the log. */
export interface ObjectKey extends Source {
  readonly type: string;
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

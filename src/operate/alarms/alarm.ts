import type { Source } from '../../kernel/source.js';

/** What an alarm is about. docs/operations/alerts.md has a section for each. */
export type AlarmCode =
  | 'behind'
  | 'silent'
  | 'webhooks_refused'
  | 'events_unread'
  | 'edge'
  | 'key_refused'
  | 'stripe_away'
  | 'paused'
  | 'drift'
  | 'dead_letters'
  | 'hooks_failing'
  | 'sweep_overdue'
  | 'partitions_due'
  | 'nobody_works'
  | 'database_away';

/** `warning` can wait for the morning. `critical`: the mirror is wrong, or will be. */
export type Severity = 'warning' | 'critical';

/** Something that a person must know. `account` is '' for what is about no single account. */
export interface Alarm extends Source {
  code: AlarmCode;
  severity: Severity;
  /** Since when it is so; null: it is not known. */
  since: Date | null;
  /** One sentence or more, without secrets and without anything that Stripe's objects say. */
  text: string;
}

/** The section of docs/operations/alerts.md for each. */
export const runbook: Readonly<Record<AlarmCode, string>> = {
  behind: 'behind',
  silent: 'silent',
  webhooks_refused: 'silent',
  events_unread: 'edge',
  edge: 'edge',
  key_refused: 'key-refused',
  stripe_away: 'stripe-away',
  paused: 'paused',
  drift: 'drift',
  dead_letters: 'dead-letters',
  hooks_failing: 'hooks-failing',
  sweep_overdue: 'sweep-overdue',
  partitions_due: 'partitions-due',
  nobody_works: 'nobody-works',
  database_away: 'database-away',
};

export const keyOfAlarm = ({ code, account, livemode }: Pick<Alarm, 'code' | 'account' | 'livemode'>): string =>
  `${code} ${account} ${livemode}`;

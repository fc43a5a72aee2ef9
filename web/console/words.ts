import type { LiveJson, StatusJson } from '../../src/http/console/answers.js';
import type { Tone } from '../shared/pill.js';

type State = StatusJson['state'];

/** The state of the mirror in words. Never a good one that was not proven. */
export const states: Readonly<Record<State, { text: string; tone: Tone }>> = {
  in_step: { text: 'In step', tone: 'good' },
  behind: { text: 'Behind', tone: 'warn' },
  not_proven: { text: 'Not proven', tone: 'warn' },
  degraded: { text: 'Degraded', tone: 'bad' },
};

/** `12`, `about 1,204,000`, `more than 5,000` */
export function amount({ value, precision }: { value: number; precision: 'exact' | 'about' | 'more' }): string {
  const text = value.toLocaleString('en-US');
  if (precision === 'exact') return text;
  if (precision === 'more') return `more than ${text}`;
  return `about ${Number(value.toPrecision(3)).toLocaleString('en-US')}`;
}

/** `1 object`, `3 objects` */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : nouns}`;
}

/** How long something lasted: `12 s`, `4 min`, `3 h`, `2 days`. */
export function lasting(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000));
  if (s < 90) return `${s} s`;
  if (s < 90 * 60) return `${Math.round(s / 60)} min`;
  return s < 36 * 3_600 ? `${Math.round(s / 3_600)} h` : plural(Math.round(s / 86_400), 'day');
}

export function time(text: string | null | undefined): number | null {
  return text == null ? null : Date.parse(text);
}

/** Why the mirror differs. docs/operations says what to do about each. */
export const causeTexts: Readonly<Record<string, string>> = {
  not_received: 'No event came',
  waiting: 'It waits for its proof',
  failed: 'Reading or writing it failed',
  refused: 'Its event was refused or ignored',
  hidden: "Stripe's list left it out",
  only_swept: 'Stripe sends no event about it',
  edited: 'The row was changed here',
  unknown: 'Not known: older than the inbox',
};

export const howTexts: Readonly<Record<string, string>> = {
  missing: 'not in the database',
  extra: 'not at Stripe',
  different: 'different',
};

export const refusalTexts: Readonly<Record<string, string>> = {
  no_signature: 'without a signature',
  old_signature: 'with an old signature',
  wrong_signature: 'with a wrong signature',
  not_an_event: 'signed, and not an event',
  too_large: 'too large',
};

export const ignoredTexts: Readonly<Record<string, string>> = {
  account: 'of an account that is not mirrored',
  livemode: 'of the other mode',
  object: 'about nothing that could be mirrored',
};

export type Headline = Pick<LiveJson, 'state' | 'since' | 'reasons'>;

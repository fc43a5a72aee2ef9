import type { Account, Told } from '../stripe/stripe.js';
import { createHistory, type Commit, type History } from './history.js';

/** A history for each account. Their objects have the same ids, and nothing of one may be found at the other. */
export interface Histories {
  readonly note: (account: string, commit: Commit) => void;
  of(account: string): History;
  /** Stripe was told that the event is stored. */
  acknowledged(event: string, at: number): void;
  isStored(event: string): boolean;
  problems(): string[];
}

export function createHistories(accounts: ReadonlyMap<string, Account>, told: ReadonlyMap<string, Told>): Histories {
  const problems: string[] = [];
  const histories = new Map([...accounts].map(([name, { things }]) => [name, createHistory(things.all, told)]));
  const of = (account: string): History => histories.get(account) as History;
  const whose = (event: string): History => of(told.get(event)?.account as string);
  return {
    of,
    note(account, commit) {
      const history = histories.get(account);
      if (history === undefined) return void problems.push(`accounts: ${account} is nobody's`);
      for (const event of commit.events) {
        const owner = told.get(event)?.account;
        if (owner !== account) problems.push(`accounts: ${event} of ${owner} is stored as one of ${account}`);
      }
      history.note(commit);
    },
    acknowledged: (event, at) => whose(event).acknowledged(event, at),
    isStored: (event) => whose(event).isStored(event),
    problems: () => [
      ...problems,
      ...[...histories].flatMap(([name, history]) => history.problems.map((problem) => `${problem} (${name})`)),
    ],
  };
}

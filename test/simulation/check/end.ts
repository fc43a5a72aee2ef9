import { kinds, type Json } from '../stripe/kinds.js';
import { standing, type Thing } from '../stripe/store.js';
import type { HostileStripe } from '../stripe/stripe.js';
import { compareAll, compareOne } from './compare.js';
import type { FoundRow } from './facts.js';
import type { Histories } from './histories.js';
import { wrongReport } from './reports.js';

export interface AtEnd {
  stripe: HostileStripe;
  store: { rows(): Promise<FoundRow[]>; events(): Promise<string[]> };
  histories: Histories;
  /** Accounts that the engine knows of. */
  known: ReadonlySet<string>;
}

/** Objects whose last change was hinted at need no sweep to be right. */
export async function wrongBeforeSweeps({ stripe, store, histories }: Omit<AtEnd, 'known'>): Promise<string[]> {
  const all = await store.rows();
  const wrong = (account: string, thing: Thing): string[] => {
    const rows = all.filter((row) => row.account === account);
    if (histories.of(account).hinted(thing.id) !== thing.versions.length - 1) return [];
    const buried = rows.some((row) => row.id === thing.id && row.deleted);
    const mustBeBuried = kinds[thing.type]?.path !== null && standing(thing) === null;
    const unburied = mustBeBuried && !buried ? [`${thing.type} ${thing.id} has no tombstone`] : [];
    return [...compareOne(thing, rows), ...unburied].map((one) => `I1 before any sweep: ${one}`);
  };
  return [...stripe.accounts].flatMap(([account, { things }]) =>
    [...things.all.values()].flatMap((thing) => wrong(account, thing)),
  );
}

/** Events that the list showed after the poll had begun with an account, and that are not in the inbox. */
export function overlooked(
  { stripe, histories }: Omit<AtEnd, 'known'>,
  listening: ReadonlyMap<string, number>,
): string[] {
  const idOf = (event: Json): string => event['id'] as string;
  const since = (event: Json): number => listening.get(stripe.told.get(idOf(event))?.account ?? '') ?? Infinity;
  return stripe.events
    .filter(({ event, visibleAt }) => visibleAt > since(event) && !histories.isStored(idOf(event)))
    .map(({ event }) => `I12 the poll overlooked ${idOf(event)}`);
}

/** After a sweep of everything: each account's rows are what Stripe has of it, and one that was never heard of has none. */
export async function wrongAtEnd({ stripe, store, histories, known }: AtEnd): Promise<string[]> {
  const all = await store.rows();
  const inbox = new Set(await store.events());
  const wrong: string[] = [];
  for (const event of stripe.told.keys())
    if (histories.isStored(event) && !inbox.has(event)) wrong.push(`I2 ${event} is gone from the inbox`);
  for (const [account, { things }] of stripe.accounts) {
    const history = histories.of(account);
    const rows = all.filter((row) => row.account === account);
    if (!known.has(account)) {
      if (rows.length > 0) wrong.push(`accounts: ${account} was never heard of and has ${rows.length} rows`);
      continue;
    }
    wrong.push(...compareAll(things.all.values(), rows).map((one) => `I1 ${one}`));
    for (const thing of things.all.values()) {
      if (kinds[thing.type]?.path !== null) continue;
      const row = rows.find(({ type, id }) => type === thing.type && id === thing.id);
      const report = wrongReport(thing, row, history.reports(thing.id));
      if (report !== undefined) wrong.push(`reports: ${report}`);
    }
  }
  return wrong;
}

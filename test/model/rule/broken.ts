import { ourRule, type Clauses } from './clauses.js';
import { histories, type History } from './history.js';
import { calm, type Lists, type Scenario } from './scenario.js';
import type { Budget } from './world.js';

/** A rule with one clause left out, the circumstances that show why it is there, and what then goes wrong. */
export interface BrokenRule {
  readonly name: string;
  readonly scenario: Scenario;
  readonly breaks: string;
}

const EQUAL = 'at rest, the mirror equals Stripe';
const RESTS = 'a proven row without a mark rests on a read that began after every recorded hint';
const MARKED = 'a row that is shown and not proven has a mark';
const ORDER = "proven states follow Stripe's history in order";
const END = 'nothing comes back after its end was proven';
const TOMBSTONE = 'a tombstone stands for an end';
const READER = 'a reader never sees time run back';

function broken(
  name: string,
  clauses: Partial<Clauses>,
  history: History,
  circumstances: Partial<Budget> & { readonly seconds?: number; readonly lists?: Lists },
  breaks: string,
): BrokenRule {
  const { seconds = 1, lists = 'as fresh as a read', ...budget } = circumstances;
  const rule = { ...ourRule, ...clauses };
  return {
    name,
    scenario: { rule, history, budget: { ...calm, ...budget }, seconds, inverted: false, ownWrite: 0, lists },
    breaks,
  };
}

const { comesBack, changedThenGone, madeThenGone, fieldsApart } = histories;

export const brokenRules: readonly BrokenRule[] = [
  broken('2xx is answered before the commit', { answer: 'before commit' }, comesBack, { crashes: 1 }, EQUAL),
  broken('a hint does nothing to a marked object', { remark: 'nothing' }, comesBack, {}, RESTS),
  broken(
    'generations are drawn before the lock and the greatest stays',
    { draw: 'before the lock, the greatest stays' },
    comesBack,
    {},
    RESTS,
  ),
  broken(
    'generations are drawn before the lock and a proof clears all up to its own',
    { draw: 'before the lock', clear: 'up to its generation' },
    comesBack,
    {},
    RESTS,
  ),
  broken('a proof clears whatever mark it finds', { clear: 'always' }, comesBack, {}, RESTS),
  broken('the generation is noted after the read', { remember: 'after the read' }, comesBack, {}, RESTS),
  broken('the token is not checked', { token: 'unchecked' }, comesBack, { expiries: 1 }, ORDER),
  broken(
    'the token is checked before the write',
    { token: 'checked before the write' },
    comesBack,
    { expiries: 1 },
    ORDER,
  ),
  broken(
    'a snapshot is shown over a proof that may have read later',
    { showOverProven: 'nothing' },
    comesBack,
    {},
    READER,
  ),
  broken(
    'a snapshot is shown in a transaction of its own, over any proof',
    { showIn: 'a transaction of its own', showOverProven: 'nothing' },
    comesBack,
    {},
    MARKED,
  ),
  broken(
    'a duplicate is shown without a mark, over any proof',
    { duplicate: 'is shown without a mark', showOverProven: 'nothing' },
    comesBack,
    { duplicates: 1 },
    MARKED,
  ),
  broken('a snapshot undoes a tombstone', { showOverTombstone: 'allowed' }, changedThenGone, {}, END),
  broken('a proof is written over a newer snapshot', { overtaken: 'is written' }, fieldsApart, { seconds: 2 }, READER),
  broken(
    'snapshots are shown although a proof went round for one',
    { afterRound: 'goes on showing' },
    fieldsApart,
    { seconds: 4 },
    READER,
  ),
  broken(
    'an object never seen leaves no tombstone',
    { gone: 'leaves a tombstone where a row was', show: 'never' },
    madeThenGone,
    { listings: 1 },
    RESTS,
  ),
  broken(
    'a listing inserts as proven what is marked',
    { listedNew: 'proven', show: 'never' },
    comesBack,
    { listings: 1 },
    ORDER,
  ),
  broken(
    'a listing leaves a marked object to its mark',
    { listedMarked: 'is left to its mark' },
    comesBack,
    { listings: 1, losses: 1 },
    EQUAL,
  ),
  broken(
    'a listing passes over a marked object that it does not list and the mirror does not have',
    { unlisted: 'marks rows', show: 'never' },
    madeThenGone,
    { listings: 1, losses: 1 },
    EQUAL,
  ),
  broken('a listing overwrites', { listedOther: 'overwrites the row' }, comesBack, { listings: 1 }, TOMBSTONE),
  broken(
    'a listing compares before it is applied',
    { compare: 'before it is applied', show: 'never' },
    comesBack,
    { listings: 1, losses: 1 },
    EQUAL,
  ),
  broken(
    'a page is asked for before the claim',
    { pageAsked: 'before the claim', pageProves: 'whatever is claimed' },
    comesBack,
    { pages: 1 },
    RESTS,
  ),
  broken(
    'what is not on a page is taken for gone',
    { notOnPage: 'leaves a tombstone' },
    comesBack,
    { pages: 1 },
    TOMBSTONE,
  ),
  broken(
    'a page that may be behind proves whatever is claimed',
    { pageProves: 'whatever is claimed' },
    comesBack,
    { pages: 1, lists: 'a while behind' },
    RESTS,
  ),
  broken(
    'a page that may be behind proves what equals the row',
    { pageProves: 'what equals the row' },
    comesBack,
    { pages: 1, lists: 'a while behind' },
    RESTS,
  ),
  broken(
    'a page that may be behind proves what was hinted at of late',
    { pageProves: 'what was not read of late' },
    comesBack,
    { pages: 1, lists: 'a while behind' },
    RESTS,
  ),
  broken(
    'a page that may be behind proves what was read of late',
    { pageProves: 'what was not hinted at of late' },
    comesBack,
    { pages: 1, lists: 'a while behind', expiries: 1 },
    ORDER,
  ),
  broken(
    'a page that may be behind by any time proves what has settled',
    {},
    comesBack,
    { pages: 1, lists: 'any time behind' },
    RESTS,
  ),
];

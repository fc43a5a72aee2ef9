/**
 * When Stripe made an object that waits for its proof, in seconds. Undefined if the mirror has no row of it, as of most that
 * are new.
 */
type MadeAt = number | undefined;

/** Where a page of a list begins. Lists begin with what was made last. */
export interface PageStart {
  /** With what was made in this second or before. Undefined: with the youngest. */
  to: number | undefined;
  /** After this object. Undefined: with the first. */
  after: string | undefined;
}

/** What a page was found to hold. */
export interface PageSeen {
  /** How many waiting marks it covers. */
  covered: number;
  /** The last object on it, and when that was made, in seconds. Undefined if the page is empty. */
  last: { id: string; created: number } | undefined;
  hasMore: boolean;
}

/** When pages are worth their requests: each is requested twice, and covers up to 100 marks. */
export interface PageBudget {
  /** Fewer marks are read one by one. */
  readonly waitingMin: number;
  /** A page that covers fewer marks is poor. */
  readonly coveredMin: number;
  /** After so many poor pages in a row, the rest is read one by one. */
  readonly poorMax: number;
}

/** Pages, or reads of single objects: where the next page begins, and how many poor ones came before it. */
export type Step = { read: 'page'; from: PageStart; poor: number } | { read: 'singly' };

const SINGLY: Step = { read: 'singly' };

/** The first page: where the youngest object that waits was made. What has no row is taken for younger than all rows. */
export function firstStep(waiting: readonly MadeAt[], { waitingMin }: PageBudget): Step {
  if (waiting.length < waitingMin) return SINGLY;
  return { read: 'page', from: { to: hasUnknown(waiting) ? undefined : youngest(waiting), after: undefined }, poor: 0 };
}

/**
 * The page after one that was seen. It begins where the next object that waits was made, because there is none between
 * them. It is the page that follows within one second, and as long as objects without a row keep the pages full.
 */
export function nextStep(
  waiting: readonly MadeAt[],
  { from, poor }: Extract<Step, { read: 'page' }>,
  { covered, last, hasMore }: PageSeen,
  { coveredMin, poorMax }: PageBudget,
): Step {
  const poorNow = covered < coveredMin ? poor + 1 : 0;
  if (last === undefined || !hasMore || poorNow >= poorMax) return SINGLY;
  const following: Step = { read: 'page', from: { to: from.to, after: last.id }, poor: poorNow };
  if (poorNow === 0 && hasUnknown(waiting)) return following;
  const to = youngest(waiting.filter((madeAt) => madeAt !== undefined && madeAt <= last.created));
  if (to === undefined) return SINGLY;
  return to === last.created ? following : { read: 'page', from: { to, after: undefined }, poor: poorNow };
}

function hasUnknown(waiting: readonly MadeAt[]): boolean {
  return waiting.includes(undefined);
}

function youngest(waiting: readonly MadeAt[]): MadeAt {
  let found: MadeAt;
  for (const madeAt of waiting) if (madeAt !== undefined && (found === undefined || madeAt > found)) found = madeAt;
  return found;
}

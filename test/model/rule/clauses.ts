/**
 * The rule that makes the mirror right, clause by clause, and for each clause the ways to get it wrong that look
 * reasonable. An event is a hint that an object may have changed; only a read that began after the hint proves the
 * mirror.
 */
export interface Clauses {
  /** When the webhook is answered with 2xx. */
  readonly answer: 'after commit' | 'before commit';
  /** What a hint does to an object that is marked already. */
  readonly remark: 'moves the generation' | 'nothing';
  /** When a hint's generation is drawn: while its mark row is locked, or before, when two hints may commit swapped. */
  readonly draw: 'under the lock' | 'before the lock' | 'before the lock, the greatest stays';
  /** An event that arrives a second time. */
  readonly duplicate: 'is ignored' | 'is shown without a mark';

  /** Snapshots of events are shown before they are proven. */
  readonly show: 'at once' | 'never';
  readonly showIn: 'the transaction of the mark' | 'a transaction of its own';
  /** What a snapshot must be newer than to be shown over a proven row. */
  readonly showOverProven: 'the read that proved it' | 'nothing';
  readonly showOverTombstone: 'never' | 'allowed';

  /** How a write makes sure that the claim is still its own. */
  readonly token: 'checked in the write' | 'checked before the write' | 'unchecked';
  readonly remember: 'with the claim' | 'after the read';
  /** When a proof takes the mark away. */
  readonly clear: 'at its generation' | 'up to its generation' | 'always';
  /** A proof during whose claim a snapshot was shown. */
  readonly overtaken: 'goes round once' | 'is written';
  /** Whether snapshots are still shown after a proof went round, until it is proven. */
  readonly afterRound: 'shows nothing' | 'goes on showing';
  /** A read that finds the object gone. */
  readonly gone: 'always leaves a tombstone' | 'leaves a tombstone where a row was';

  /** How a listing brings in an object that the mirror does not have. */
  readonly listedNew: 'proven unless marked' | 'proven';
  /** A listed object that is marked: its proof may have read before the listing did. */
  readonly listedMarked: 'is marked again' | 'is left to its mark';
  /** An object that is not listed. */
  readonly unlisted: 'marks rows and marked objects' | 'marks rows';
  /** A listed object that differs from its row. */
  readonly listedOther: 'is marked' | 'overwrites the row';
  /** When a listing compares itself with the mirror. */
  readonly compare: 'as it is applied' | 'before it is applied';

  /** When a page of a list is asked for that stands in for the read of a claimed object. */
  readonly pageAsked: 'after the claim' | 'before the claim';
  /**
   * What such a page proves. What has settled: no hint moved its mark since the moment that the page may be behind to, and no
   * proof was written since it was marked.
   */
  readonly pageProves:
    | 'what has settled'
    | 'what was not hinted at of late'
    | 'what was not read of late'
    | 'what equals the row'
    | 'whatever is claimed';
  /** A claimed object that is not on the page. */
  readonly notOnPage: 'is left to its own read' | 'leaves a tombstone';
}

export const ourRule: Clauses = {
  answer: 'after commit',
  remark: 'moves the generation',
  draw: 'under the lock',
  duplicate: 'is ignored',
  show: 'at once',
  showIn: 'the transaction of the mark',
  showOverProven: 'the read that proved it',
  showOverTombstone: 'never',
  token: 'checked in the write',
  remember: 'with the claim',
  clear: 'at its generation',
  overtaken: 'goes round once',
  afterRound: 'shows nothing',
  gone: 'always leaves a tombstone',
  listedNew: 'proven unless marked',
  listedMarked: 'is marked again',
  unlisted: 'marks rows and marked objects',
  listedOther: 'is marked',
  compare: 'as it is applied',
  pageAsked: 'after the claim',
  pageProves: 'what has settled',
  notOnPage: 'is left to its own read',
};

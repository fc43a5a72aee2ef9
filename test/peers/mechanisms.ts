/** Why the rows of a scenario end as they do, by the scenario's name: read in each engine's source, then measured. */
export const mechanisms: Readonly<Record<string, string>> = {
  'same-second':
    "Both peers stamp a row with the event's `created` and write only over an older stamp (`<`). Stripe's `created` is in " +
    'whole seconds, so of several changes within one second the first that arrives wins and the later ones are dropped, ' +
    'silently: the webhook was answered 200. With revalidation each event makes them read the object again, after all of ' +
    'it has happened, and the row is right. Ours never compares `created` with `created`: an event only marks the object, ' +
    'and a read begun after the mark proves the row.',
  live:
    'The same changes as they happen, each event delivered before the next change is made; how many of them share a second ' +
    'depends on the speed of the engine and the machine, so this row varies a little from run to run. By default the same ' +
    'dropped events as above. With revalidation a row carries the millisecond at which its read ended; but an event in a ' +
    'final state (a canceled subscription, a void invoice) is not read again, it is stamped with its `created`, which was ' +
    'cut down to the second. A subscription read at 12:00:00.3 and canceled at 12:00:00.8 gets the stamp 12:00:00.0, loses, ' +
    'and stays active.',
  shuffled:
    'Where every change has a second of its own, comparing `created` puts the objects of a shuffled history in order again. ' +
    'The peers do not hold the items of a subscription to it: an older event that arrives late loses against the ' +
    'subscription, but still inserts the items it knows of where there is no row yet (one that has been removed since comes ' +
    'back), and marks as deleted those it does not know of. With revalidation every event brings the last state.',
  'shuffled-second':
    'Shuffled and within one second, the first to arrive wins, whichever it was; see the first row. Revalidation helps, ' +
    'since everything had happened before the first read.',
  duplicated:
    'Repeated events, and two Event objects for one change, change nothing anywhere; what is wrong here comes from the ' +
    'shuffling, as in the row of the shuffled history.',
  'slow-read':
    'The first change is reported and the engine reads the object; the answer is slow. A second later the next change is ' +
    'reported, read and written; then the slow answer arrives. With revalidation the peers stamp a row with the time at which ' +
    'the read **ended**, so the read that ended last wins, although it saw the older state: revalidation makes this case ' +
    'worse than trusting the payload, which is why the default columns are right here. Ours has one writer per object at a ' +
    'time, and writes only what was read after the last mark; otherwise it reads once more.',
  deleted:
    'A deletion that arrives last is handled by everybody. The refusals in the revalidating columns are events about objects ' +
    'that are gone when they are read: the older peer looks for another class of error than the SDK throws, the newer one ' +
    'for none, so both answer 400, and Stripe would repeat the event for days. No row is wrong because of it.',
  'late-update':
    'The peers delete a row and keep nothing in its place (of a customer they keep a mark; the older one keeps a mark of an ' +
    'invoice too), so an update that was created before the deletion and arrives after it inserts the row again. With ' +
    'revalidation the read answers 404, the event fails, and the row stays away. Ours keeps a tombstone, which only a read can lift.',
  backfill:
    "A list page is read, an object on it changes, the change's event is applied, and only then the page. The peers stamp what a " +
    'listing brings with the time at which they write it, so the older page always wins, over updates and over deletions ' +
    '(the row comes back, though the older peer still calls a customer deleted); revalidation does not concern listings. Every object whose event falls between the reading of a ' +
    'page and its last upsert is hit. A second, undisturbed backfill repairs what it lists, but does not remove what came back. Our listings ' +
    'never overwrite: a row that differs from the page is marked and read again.',
  lost:
    "The last event never arrives, then each engine's own backfill runs, undisturbed. The peers take over what the list shows. " +
    'But what is gone is not in a list, and they do not look for rows that were not listed, so deleted objects stay. ' +
    'A list of prices holds only active ones, so a price whose archiving was lost stays active; a list of subscriptions omits the ' +
    'canceled ones unless `status=all` is asked for, which the older peer does and the newer does not. Ours also reads ' +
    'what stands in the mirror but was not listed, and lists archived prices and canceled subscriptions.',
  children:
    'Stripe cuts a sub-list off after ten. By default the peers store the ten; with `autoExpandLists` they read the rest. ' +
    'Ours always does.',
  'many-children':
    'A list page ends after a hundred. The older peer pages with `autoExpandLists`; the newer one drops the cursor on the way to ' +
    'the request, asks for the first page again and again and never answers; the process has to be killed.',
};

import * as v from 'valibot';
import { LockstepError } from '../../kernel/error.js';
import {
  filterOf,
  matchingEvents,
  readEventView,
  readPayload,
  type EventSearch,
} from '../../operate/console/event-view.js';
import { listEvents } from '../../operate/events.js';
import { act, Flag, look, Moment, Note, Text, Whole, type ConsoleParts, type ConsoleRoute } from './route.js';

const filters = {
  type: v.optional(Text),
  object: v.optional(Text),
  customer: v.optional(Text),
  account: v.optional(Text),
  feed: v.optional(v.picklist(['webhook', 'poll', 'replay'])),
  ignored: v.optional(Flag),
  waiting: v.optional(Flag),
  since: v.optional(Moment),
  before: v.optional(Moment),
} as const;
const Listed = v.strictObject({ ...filters, limit: v.optional(Whole(200), '100') });
const Counted = v.strictObject(filters);
/** In a body, as the page has them in its address. */
const Replayed = v.strictObject({ filter: Counted, note: Note });
const Id = v.strictObject({ id: Text });
const Revealed = v.strictObject({ id: Text, note: Note });

const resolve = ({ engine }: ConsoleParts, search: EventSearch) =>
  filterOf({ database: engine.database, schema: engine.config.mirrorSchema }, search);

/** Events: the list, one with its way, its payload, and the replay of a filter. */
export const eventRows: readonly ConsoleRoute[] = [
  look('/events', Listed, async (parts, { limit, ...search }) =>
    listEvents(parts.engine.database, { ...(await resolve(parts, search)), limit }),
  ),
  look('/events/count', Counted, async (parts, search) => {
    const { ids, objects, isCut } = await matchingEvents(parts.engine.database, await resolve(parts, search));
    return { events: ids.length, objects, isCut };
  }),
  look('/event', Id, async ({ engine }, { id }) => readEventView(engine, id)),
  look('/event/payload', Id, ({ engine }, { id }) => payload(engine.database, id, false)),
  act(
    '/event/reveal',
    Revealed,
    { action: 'showed a payload', target: ({ id }) => id },
    async ({ engine }, { id }) => ({
      result: await payload(engine.database, id, true),
      outcome: 'shown',
    }),
  ),
  act('/event/replay', Revealed, { action: 'replay', target: ({ id }) => id }, async ({ engine }, { id }) => {
    const replayed = await engine.operations.replay({ event: id });
    return { result: replayed, outcome: replayedText(replayed) };
  }),
  act(
    '/events/replay',
    Replayed,
    { action: 'replay events', target: ({ filter }) => filter.object ?? filter.customer ?? filter.type ?? '' },
    async (parts, { filter }) => {
      const { ids } = await matchingEvents(parts.engine.database, await resolve(parts, filter));
      const replayed = await parts.engine.operations.replay({ ids });
      return { result: replayed, outcome: replayedText(replayed) };
    },
  ),
];

function replayedText({ events, hinted }: { events: number; hinted: number }): string {
  return `${events} events, ${hinted} objects are read again`;
}

/** @throws event_not_found */
async function payload(
  database: ConsoleParts['engine']['database'],
  id: string,
  showPersonal: boolean,
): Promise<unknown> {
  const body = await readPayload(database, id, { showPersonal });
  if (body !== undefined) return body;
  throw new LockstepError('event_not_found', `No event ${JSON.stringify(id)} in the inbox`, {
    hint: 'the inbox keeps events for 45 days by default',
  });
}

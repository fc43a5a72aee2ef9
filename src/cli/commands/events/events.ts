import { LockstepError } from '../../../kernel/error.js';
import type { EventFilter, EventLine, EventPage, StoredEvent } from '../../../operate/events.js';
import { withReports, type OperateOffline } from '../../operate.js';
import { age } from '../../terminal/age.js';
import { columns } from '../../terminal/columns.js';
import { momentOf } from '../../terminal/moment-of.js';
import { moment } from '../../terminal/table.js';

export interface EventsCommand extends OperateOffline {
  action: 'list' | 'show' | 'raw';
  id: string | undefined;
  json: boolean;
  filter: {
    type: string | undefined;
    object: string | undefined;
    ignored: true | undefined;
    since: string | undefined;
    before: string | undefined;
    limit: number;
  };
}

/** Lists stored events, shows what is known of one, or prints its body, which may have personal data in it. */
export async function events({ action, id, json, filter, ...where }: EventsCommand): Promise<void> {
  if (action === 'list') {
    const page = await withReports(where, (reports) => reports.events(filterOf(filter)));
    return console.log(json ? page.events.map((event) => JSON.stringify(event)).join('\n') : listText(page));
  }
  if (id === undefined) {
    throw new LockstepError('option_invalid', `Say which event to ${action === 'raw' ? 'print' : 'show'}`, {
      hint: `lockstep events ${action} evt_1234; lockstep events lists them`,
    });
  }
  const event = await withReports(where, (reports) => reports.event(id));
  if (event === null) {
    throw new LockstepError('event_not_found', `No event ${JSON.stringify(id)} in the inbox`, {
      hint: `lockstep replay --event ${id} fetches it from Stripe, which keeps events for 30 days`,
    });
  }
  if (action === 'raw') return console.log(JSON.stringify(JSON.parse(event.body), null, 2));
  console.log(json ? JSON.stringify({ ...event, body: undefined }) : showText(event));
}

function filterOf({ since, before, ...plain }: EventsCommand['filter']): EventFilter {
  return {
    ...plain,
    ...(since === undefined ? {} : { since: momentOf(since) }),
    ...(before === undefined ? {} : { before: momentOf(before) }),
  };
}

function listText({ events: found, isCut }: EventPage): string {
  if (found.length === 0) return isCut ? `  No such event among the latest; use --before` : '  No events';
  const now = new Date();
  // Two lines for each: the ids of Stripe's are long.
  const rows = found.flatMap((event) => [
    [moment(event.receivedAt, now), event.type, event.id],
    ['', event.objectId ?? 'about no object', `by ${event.feed}, ${stateOf(event)}`],
  ]);
  const last = found.at(-1);
  return [
    ...columns([['received', 'type', 'event'], ...rows]),
    `  next  lockstep events show ${last?.id ?? ''}`,
    `  next  --before ${last?.receivedAt.toISOString() ?? ''} lists older ones`,
  ].join('\n');
}

function stateOf({ quarantine, waiting }: EventLine): string {
  if (quarantine !== null) return `ignored: ${quarantine}`;
  return waiting ? 'its object waits' : 'taken';
}

const ignoredBecause: Readonly<Record<string, string>> = {
  account: 'it is of an account that is not mirrored',
  livemode: 'it is of the other mode',
  object: 'it names no object that could be mirrored',
  erased: 'it is about a customer that was erased',
  type: 'it is about a type that is not mirrored',
};

function showText(event: StoredEvent): string {
  const { id, type, createdAt, receivedAt, feed, apiVersion, objectType, objectId, account, livemode } = event;
  const now = new Date();
  const took = (receivedAt.getTime() - createdAt.getTime()) / 1_000;
  const state = event.quarantine === null ? stateOf(event) : `ignored: ${ignoredBecause[event.quarantine] ?? ''}`;
  return columns([
    ['event', `${id} ${type}`],
    ['account', `${account} (${livemode ? 'live' : 'test'} mode)`],
    ['object', objectId === null ? '–' : `${objectType ?? ''} ${objectId}`],
    ['happened', `${moment(createdAt, now)} (${age(createdAt, now)} ago)`],
    ['received', `${moment(receivedAt, now)} by ${feed}, ${Math.max(0, took).toFixed(0)} s later`],
    ['API version', apiVersion ?? '–'],
    ['state', state],
    ['changed', changedFields(event.body)],
    ['next', `lockstep events raw ${id} (personal data)`],
  ]).join('\n');
}

/** Which fields an update says that it changed, and not to what. */
function changedFields(body: string): string {
  const { data } = JSON.parse(body) as { data?: { previous_attributes?: object } };
  const names = Object.keys(data?.previous_attributes ?? {});
  return names.length === 0 ? '–' : names.join(', ');
}

import type { DeadLetter, DeadLetterDetail } from '../../../inbox/dead-letters.js';
import type { HookLetter } from '../../../hooks/hook-letters.js';
import { operateOffline, type Operate } from '../../operate.js';
import { moment, plural, table } from '../../terminal/table.js';

export interface DeadCommand extends Omit<Operate, 'prove'> {
  action: 'list' | 'show' | 'retry';
  type: string | undefined;
  id: string | undefined;
  json: boolean;
}

/** Lists, shows or retries objects and hook runs that kept failing. Works even if Stripe is unreachable. */
export async function dead({ action, type, id, json, ...connection }: DeadCommand): Promise<void> {
  const filter = { type, id };
  // `retry` only makes them due. The service does the work, because this command would exit before a read finishes.
  await operateOffline(connection, async (operations) => {
    switch (action) {
      case 'list': {
        const objects = await operations.dead.list(filter);
        const hookRuns = await operations.dead.hooks(filter);
        return console.log(json ? JSON.stringify([...objects, ...hookRuns]) : formatList(objects, hookRuns));
      }
      case 'show': {
        const objects = await operations.dead.show(filter);
        const hookRuns = await operations.dead.hooks(filter);
        const texts = [...objects.map(formatObject), ...hookRuns.map(formatHookRun)];
        return console.log(json ? JSON.stringify([...objects, ...hookRuns], null, 2) : texts.join('\n\n') || NONE);
      }
      case 'retry': {
        const retried = await operations.dead.retry(filter);
        const retriedHookRuns = await operations.dead.retryHooks(filter);
        return console.log(
          json ? JSON.stringify({ retried, runs: retriedHookRuns }) : formatRetried(retried, retriedHookRuns),
        );
      }
      default:
        return action satisfies never;
    }
  });
}

const NONE = '  No dead letters';

function formatRetried(objects: number, hookRuns: number): string {
  const objectsText = `  Scheduled a retry of ${plural(objects, 'object')}`;
  return hookRuns === 0 ? objectsText : `${objectsText} and ${plural(hookRuns, 'hook run')}`;
}

function formatList(objects: readonly DeadLetter[], hookRuns: readonly HookLetter[]): string {
  if (objects.length + hookRuns.length === 0) return NONE;
  const now = new Date();
  const objectRows = objects.map(({ type, id, deadSince, attempts, reason }) => [
    type,
    id,
    moment(deadSince, now),
    String(attempts),
    reason ?? '',
  ]);
  const hookRows = hookRuns.map(({ hook, type, id, event, behind, deadSince, attempts, reason }) => [
    hook,
    event ?? `${type} ${id}`,
    String(behind),
    moment(deadSince, now),
    String(attempts),
    reason ?? '',
  ]);
  return [
    ...(objectRows.length === 0 ? [] : table(['type', 'id', 'dead since', 'tries', 'reason'], objectRows)),
    ...(hookRows.length === 0 ? [] : table(['hook', 'for', 'later runs', 'dead since', 'tries', 'reason'], hookRows)),
    '  next  run lockstep dead show ID to see why, or lockstep dead retry to try all of them again',
  ].join('\n');
}

function formatObject({
  type,
  id,
  account,
  deadSince,
  hintedAt,
  attempts,
  reason,
  dueAt,
  events,
}: DeadLetterDetail): string {
  const now = new Date();
  return [
    `  ${type} ${id} of account ${account}`,
    `  reason     ${reason ?? ''}`,
    `  last hint  ${moment(hintedAt, now)}`,
    `  dead since ${moment(deadSince, now)}, after ${plural(attempts, 'try', 'tries')}; next try ${moment(dueAt, now)}`,
    ...events.map((event) => `  event      ${moment(event.created, now)} ${event.type} ${event.id}`),
  ].join('\n');
}

function formatHookRun({
  hook,
  type,
  id,
  event,
  deadSince,
  madeAt,
  attempts,
  reason,
  dueAt,
  behind,
}: HookLetter): string {
  const now = new Date();
  return [
    `  hook ${hook}`,
    `  for        ${event === null ? '' : `event ${event}, `}${type} ${id}`,
    `  reason     ${reason ?? ''}`,
    `  queued at  ${moment(madeAt, now)}`,
    `  dead since ${moment(deadSince, now)}, after ${plural(attempts, 'try', 'tries')}; next try ${moment(dueAt, now)}`,
    `  waiting    ${plural(behind, 'later run')} of the same hook and object`,
  ].join('\n');
}

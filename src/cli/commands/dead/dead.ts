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

/** Lists, shows or retries objects and hook runs that kept failing. Works while Stripe cannot be reached. */
export async function dead({ action, type, id, json, ...where }: DeadCommand): Promise<void> {
  const which = { ...(type === undefined ? {} : { type }), ...(id === undefined ? {} : { id }) };
  // A retry is left to the service: this command would end before the proof does.
  await operateOffline(where, async (operations) => {
    switch (action) {
      case 'list': {
        const letters = await operations.dead.list(which);
        const hooks = await operations.dead.hooks(which);
        return console.log(json ? JSON.stringify([...letters, ...hooks]) : listed(letters, hooks));
      }
      case 'show': {
        const letters = await operations.dead.show(which);
        const hooks = await operations.dead.hooks(which);
        const texts = [...letters.map(shown), ...hooks.map(shownHook)];
        return console.log(json ? JSON.stringify([...letters, ...hooks], null, 2) : texts.join('\n\n') || NONE);
      }
      case 'retry': {
        const retried = await operations.dead.retry(which);
        const runs = await operations.dead.retryHooks(which);
        return console.log(json ? JSON.stringify({ retried, runs }) : retriedText(retried, runs));
      }
      default:
        return action satisfies never;
    }
  });
}

const NONE = '  No dead letters';

function retriedText(objects: number, runs: number): string {
  const read = `  Retrying ${plural(objects, 'object')}`;
  return runs === 0 ? read : `${read} and ${plural(runs, 'hook run')}`;
}

function listed(letters: readonly DeadLetter[], hooks: readonly HookLetter[]): string {
  if (letters.length + hooks.length === 0) return NONE;
  const now = new Date();
  const rows = letters.map(({ type, id, deadSince, attempts, reason }) => [
    type,
    id,
    moment(deadSince, now),
    String(attempts),
    reason ?? '',
  ]);
  const runs = hooks.map(({ hook, type, id, event, behind, deadSince, attempts, reason }) => [
    hook,
    event ?? `${type} ${id}`,
    String(behind),
    moment(deadSince, now),
    String(attempts),
    reason ?? '',
  ]);
  return [
    ...(rows.length === 0 ? [] : table(['type', 'id', 'since', 'tries', 'reason'], rows)),
    ...(runs.length === 0 ? [] : table(['hook', 'for', 'waiting', 'since', 'tries', 'reason'], runs)),
    '  next  lockstep dead show ID, lockstep dead retry',
  ].join('\n');
}

function shown({ type, id, account, deadSince, hintedAt, attempts, reason, dueAt, events }: DeadLetterDetail): string {
  const now = new Date();
  return [
    `  ${type} ${id} of account ${account}`,
    `  reason     ${reason ?? ''}`,
    `  last hint  ${moment(hintedAt, now)}`,
    `  dead since ${moment(deadSince, now)}, after ${plural(attempts, 'try', 'tries')}; next try ${moment(dueAt, now)}`,
    ...events.map((event) => `  event      ${moment(event.created, now)} ${event.type} ${event.id}`),
  ].join('\n');
}

function shownHook({ hook, type, id, event, deadSince, madeAt, attempts, reason, dueAt, behind }: HookLetter): string {
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

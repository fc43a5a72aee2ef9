import type { DeadLetter, DeadLetterDetail } from '../inbox/dead-letters.js';
import { operate, type Operate } from './operate.js';
import { moment, plural, table } from './table.js';

export interface DeadCommand extends Omit<Operate, 'prove'> {
  action: 'list' | 'show' | 'retry';
  type: string | undefined;
  id: string | undefined;
  json: boolean;
}

/** Objects that could not be proven: which they are, why, and once more. */
export async function dead({ action, type, id, json, ...where }: DeadCommand): Promise<void> {
  const which = { ...(type === undefined ? {} : { type }), ...(id === undefined ? {} : { id }) };
  // A retry is left to the service where one runs: this command would end before the proof does.
  await operate({ ...where, prove: false }, async (operations) => {
    switch (action) {
      case 'list': {
        const letters = await operations.dead.list(which);
        return console.log(json ? JSON.stringify(letters) : listed(letters));
      }
      case 'show': {
        const letters = await operations.dead.show(which);
        return console.log(json ? JSON.stringify(letters, null, 2) : letters.map(shown).join('\n\n') || NONE);
      }
      case 'retry': {
        const retried = await operations.dead.retry(which);
        return console.log(json ? JSON.stringify({ retried }) : `  ${plural(retried, 'object')} will be proven anew`);
      }
      default:
        return action satisfies never;
    }
  });
}

const NONE = '  no dead letters: everything that was hinted at can be proven';

function listed(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return NONE;
  const rows = letters.map(({ type, id, deadSince, attempts, reason }) => [
    type,
    id,
    moment(deadSince, new Date()),
    String(attempts),
    reason ?? '',
  ]);
  return [
    ...table(['type', 'id', 'since', 'tries', 'reason'], rows),
    '  next  lockstep dead show ID, lockstep dead retry',
  ].join('\n');
}

function shown({ type, id, account, deadSince, hintedAt, attempts, reason, dueAt, events }: DeadLetterDetail): string {
  const now = new Date();
  return [
    `  ${type} ${id} of ${account}`,
    `  reason     ${reason ?? ''}`,
    `  hinted at  ${moment(hintedAt, now)}`,
    `  dead since ${moment(deadSince, now)}, after ${plural(attempts, 'try', 'tries')}; next try ${moment(dueAt, now)}`,
    ...events.map((event) => `  event      ${moment(event.created, now)} ${event.type} ${event.id}`),
  ].join('\n');
}

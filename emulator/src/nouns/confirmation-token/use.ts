import { Problem, missing } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import type { ConfirmationTokenRow } from './row.js';

export const unusable = (message: string, param = 'confirmation_token', code?: string): Problem =>
  new Problem(400, message, { type: 'invalid_request_error', param, ...(code === undefined ? {} : { code }) });

/** The token that an intent is confirmed with, once and within twelve hours. @throws Problem */
export function useConfirmation(unit: Unit, id: string, intent: string): ConfirmationTokenRow {
  const row = unit.find('confirmation_token', id);
  if (row === undefined) throw missing('confirmationtoken', id, 'confirmation_token', 400);
  if (row.payment_intent !== null || row.setup_intent !== null) {
    throw unusable(`The ConfirmationToken ${id} has already been used.`);
  }
  if ((row.expires_at ?? 0) < unit.now) throw unusable(`The ConfirmationToken ${id} has expired.`);
  const used = intent.startsWith('seti_') ? { setup_intent: intent } : { payment_intent: intent };
  return unit.update('confirmation_token', id, used, []);
}

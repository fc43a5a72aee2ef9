import type { CheckoutSessionRow } from '../checkout-session/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';

/** One of a link's sessions completed; at its limit the link closes. */
export function countCompleted(unit: Unit, { session }: { session: CheckoutSessionRow }): void {
  const id = idOf(session.payment_link);
  if (id === null) return;
  const row = unit.need('payment_link', id);
  if (row.restrictions === null) return;
  const { count, limit } = row.restrictions.completed_sessions;
  unit.update('payment_link', id, {
    active: row.active && count + 1 < limit,
    restrictions: { completed_sessions: { count: count + 1, limit } },
  });
}

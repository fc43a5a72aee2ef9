import type { Unit } from '../../state/unit.js';
import type { SetupIntentRow } from './row.js';

/** `setup_intent.canceled`. Does nothing to one that has ended already. */
export function cancelSetup(unit: Unit, id: string, reason: SetupIntentRow['cancellation_reason']): void {
  const { status } = unit.need('setup_intent', id);
  if (status === 'succeeded' || status === 'canceled') return;
  unit.update('setup_intent', id, { status: 'canceled', cancellation_reason: reason, next_action: null }, []);
  unit.emit('setup_intent.canceled', 'setup_intent', id);
}

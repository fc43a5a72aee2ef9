import { given } from '../../api/standard.js';
import type { ScheduleRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { Life } from '../../clock/life.js';
import { applyPhase, phaseSent } from './apply.js';
import { createSubscription } from '../subscription/create.js';
import { endSubscription, hasEnded } from '../subscription/end.js';

/**
 * `subscription_schedule.expiring` comes so long before the end. Documented are seven days, but the official command
 * line's trigger waits for it nine days before, so it is nine days here.
 */
const TOLD_BEFORE_SECONDS = 9 * 86_400;

/** Schedules begin, go from phase to phase, and end. */
export const scheduleLife: Life<ScheduleRow> = {
  clock: (row) => idOf(row.test_clock),
  due: (row) => {
    if (row.status === 'not_started') return row.phases[0]?.start_date ?? null;
    if (row.status !== 'active' || row.current_phase === null) return null;
    const end = row.phases.at(-1)?.end_date ?? Infinity;
    const told = row.hidden.expiringTold ? Infinity : Math.max(end - TOLD_BEFORE_SECONDS, row.current_phase.start_date);
    return Math.min(row.current_phase.end_date, told);
  },
  act: (unit, row) => {
    if (row.status === 'not_started') {
      unit.around('subscription_schedule', row.id, () => startSchedule(unit, row.id));
      return;
    }
    const end = row.phases.at(-1)?.end_date ?? Infinity;
    if (!row.hidden.expiringTold && unit.now >= end - TOLD_BEFORE_SECONDS) {
      unit.update('subscription_schedule', row.id, { hidden: { expiringTold: true } }, []);
      unit.emit('subscription_schedule.expiring', 'subscription_schedule', row.id);
      return;
    }
    nextPhase(unit, row);
  },
};

/** The first phase begins: its subscription is made. */
export function startSchedule(unit: Unit, id: string): void {
  const row = unit.need('subscription_schedule', id);
  const [phase] = row.phases;
  if (phase === undefined) return;
  const subscription = createSubscription(
    unit,
    given({
      ...phaseSent(unit, row, phase),
      customer: idOf(row.customer) ?? '',
      off_session: true,
      payment_behavior: 'default_incomplete' as const,
    }) as Parameters<typeof createSubscription>[1],
    { pays: true, patch: { schedule: id } },
  );
  unit.update('subscription_schedule', id, {
    status: 'active',
    subscription: subscription.id,
    current_phase: { start_date: phase.start_date, end_date: phase.end_date },
  });
}

function nextPhase(unit: Unit, row: ScheduleRow): void {
  const next = row.phases.find((phase) => phase.start_date >= (row.current_phase?.end_date ?? 0));
  if (next === undefined) return end(unit, row);
  unit.update('subscription_schedule', row.id, {
    current_phase: { start_date: next.start_date, end_date: next.end_date },
  });
  applyPhase(unit, row.id, next.proration_behavior, 'entered');
}

/** After the last phase the subscription continues by itself, or ends with the schedule. */
function end(unit: Unit, row: ScheduleRow): void {
  const subscription = unit.find('subscription', idOf(row.subscription));
  unit.update('subscription_schedule', row.id, { completed_at: unit.now, current_phase: null }, []);
  if (row.end_behavior === 'cancel') {
    unit.update('subscription_schedule', row.id, { status: 'completed' }, []);
    if (subscription !== undefined && !hasEnded(subscription)) endSubscription(unit, subscription.id, {}, null);
  } else {
    release(unit, row);
  }
  unit.emit('subscription_schedule.completed', 'subscription_schedule', row.id);
}

function release(unit: Unit, row: ScheduleRow): void {
  unit.update(
    'subscription_schedule',
    row.id,
    {
      status: 'released',
      released_at: unit.now,
      released_subscription: idOf(row.subscription),
      subscription: null,
      current_phase: null,
    },
    [],
  );
  const subscription = unit.find('subscription', idOf(row.subscription));
  if (subscription !== undefined) unit.update('subscription', subscription.id, { schedule: null });
}

/** `subscription_schedule.released`: the subscription continues as it is. */
export function releaseSchedule(unit: Unit, id: string): ScheduleRow {
  release(unit, unit.need('subscription_schedule', id));
  unit.emit('subscription_schedule.released', 'subscription_schedule', id);
  return unit.need('subscription_schedule', id);
}

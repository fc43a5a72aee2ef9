import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  accepted,
  emptyable,
  flag,
  hash,
  listOf,
  mergeMetadata,
  metadata,
  oneOf,
  orWord,
  text,
  timestamp,
  unbuiltAll,
  unbuilt,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import type { ScheduleRow } from './row.js';
import { idOf } from '../../state/unit.js';
import { createSchedule } from './create.js';
import { applyPhase } from './apply.js';
import { releaseSchedule } from './life.js';
import { phaseParam, phasesOf } from './phases.js';
import { endSubscription, hasEnded } from '../subscription/end.js';

const settings = () =>
  hash({
    billing_cycle_anchor: oneOf('automatic', 'phase_start'),
    collection_method: oneOf('charge_automatically', 'send_invoice'),
    default_payment_method: text(),
    description: emptyable(text(500)),
    invoice_settings: accepted(),
    ...unbuiltAll('application_fee_percent', 'automatic_tax', 'billing_thresholds', 'on_behalf_of', 'transfer_data'),
  });

export const scheduleParams = {
  billing_mode: accepted(),
  customer: text(),
  default_settings: settings(),
  end_behavior: oneOf('cancel', 'none', 'release', 'renew'),
  from_subscription: text(),
  metadata: emptyable(metadata()),
  phases: listOf(phaseParam(), 10),
  start_date: orWord('now', timestamp()),
  ...unbuiltAll('customer_account', 'pause_schedules'),
};

const OVER: ReadonlySet<string> = new Set(['canceled', 'completed', 'released']);

export const scheduleOperations: readonly Operation[] = [
  operation('POST /v1/subscription_schedules', scheduleParams, ({ unit, params }) =>
    unit.view('subscription_schedule', createSchedule(unit, params)),
  ),
  retrieveOperation('/v1/subscription_schedules', 'subscription_schedule'),
  operation(
    'POST /v1/subscription_schedules/:id',
    {
      default_settings: settings(),
      end_behavior: oneOf('cancel', 'none', 'release', 'renew'),
      metadata: emptyable(metadata()),
      phases: listOf(phaseParam(), 10),
      proration_behavior: oneOf('always_invoice', 'create_prorations', 'none'),
      ...unbuiltAll('pause_schedules'),
    },
    ({ unit, at, params }) => {
      const row = unit.need('subscription_schedule', at.id ?? '');
      checkLive(row, 'update');
      const { phases } = params;
      const first = typeof phases?.[0]?.start_date === 'number' ? phases[0].start_date : row.phases[0]?.start_date;
      const changed = unit.around('subscription_schedule', row.id, () => {
        const patch: Partial<ScheduleRow> = given({
          default_settings:
            params.default_settings === undefined
              ? undefined
              : {
                  ...row.default_settings,
                  ...given(params.default_settings as Partial<ScheduleRow['default_settings']>),
                },
          end_behavior: params.end_behavior,
          metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
          phases: phases === undefined ? undefined : phasesOf(unit, phases, first ?? unit.now),
        });
        unit.update('subscription_schedule', row.id, patch, []);
        if (phases !== undefined && row.status === 'active') {
          applyPhase(unit, row.id, params.proration_behavior ?? 'create_prorations', 'within');
        }
      });
      return unit.view('subscription_schedule', changed);
    },
  ),
  operation('POST /v1/subscription_schedules/:id/cancel', { invoice_now: flag(), prorate: flag() }, ({ unit, at }) => {
    const row = unit.need('subscription_schedule', at.id ?? '');
    checkLive(row, 'cancel');
    const subscription = unit.find('subscription', idOf(row.subscription));
    unit.update(
      'subscription_schedule',
      row.id,
      { status: 'canceled', canceled_at: unit.now, current_phase: null },
      [],
    );
    if (subscription === undefined) unit.emit('subscription_schedule.aborted', 'subscription_schedule', row.id);
    else if (!hasEnded(subscription)) endSubscription(unit, subscription.id);
    unit.emit('subscription_schedule.canceled', 'subscription_schedule', row.id);
    return unit.show('subscription_schedule', row.id);
  }),
  operation('POST /v1/subscription_schedules/:id/release', { preserve_cancel_date: flag() }, ({ unit, at }) => {
    const row = unit.need('subscription_schedule', at.id ?? '');
    checkLive(row, 'release');
    return unit.view('subscription_schedule', releaseSchedule(unit, row.id));
  }),
  listOperation('/v1/subscription_schedules', {
    type: 'subscription_schedule',
    filters: {
      canceled_at: range('canceled_at'),
      completed_at: range('completed_at'),
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      customer_account: { param: unbuilt() },
      released_at: range('released_at'),
      scheduled: { param: flag(), test: (row, wanted: boolean) => (row.status === 'not_started') === wanted },
    },
  }),
];

function checkLive(row: ScheduleRow, what: string): void {
  if (!OVER.has(row.status)) return;
  throw invalid(`You cannot ${what} a subscription schedule that is in the \`${row.status}\` status.`);
}

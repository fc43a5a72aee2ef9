import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { hash, needed, oneOf, timestamp, unbuilt } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import { billSubscription } from './bill.js';
import { creditUnused } from './proration.js';
import { beginPaidTime } from './trial.js';

const PAUSABLE: ReadonlySet<string> = new Set(['active', 'trialing', 'past_due']);

/** A paused subscription makes no invoices until it is resumed; then its period starts again. */
export const subscriptionPauseOperations: readonly Operation[] = [
  operation(
    'POST /v1/subscriptions/:id/pause',
    {
      bill_for: hash({
        outstanding_usage_through: unbuilt(),
        unused_time_from: hash({ type: needed(oneOf('item_current_period_start', 'none', 'now')) }),
      }),
      invoicing_behavior: oneOf('invoice', 'pending_invoice_item'),
      type: oneOf('subscription'),
    },
    ({ unit, at, params }) => {
      pauseSubscription(unit, at.id ?? '', {
        credits: (params.bill_for?.unused_time_from?.type ?? 'now') !== 'none',
        invoices: params.invoicing_behavior === 'invoice',
      });
      return unit.show('subscription', at.id ?? '');
    },
  ),
  operation(
    'POST /v1/subscriptions/:id/resume',
    {
      billing_cycle_anchor: hash({ type: needed(oneOf('now', 'unchanged')) }),
      payment_behavior: unbuilt(),
      proration_behavior: oneOf('always_invoice', 'create_prorations', 'none'),
      proration_date: timestamp(),
    },
    ({ unit, at, params }) => {
      const row = unit.need('subscription', at.id ?? '');
      if (row.status !== 'paused') {
        throw invalid(
          `Only paused subscriptions can be resumed; this one is \`${row.status}\`.`,
          undefined,
          'resource_invalid_state',
        );
      }
      unit.around('subscription', row.id, () => {
        if (params.billing_cycle_anchor?.type === 'unchanged')
          unit.update('subscription', row.id, { status: 'active' }, []);
        else beginPaidTime(unit, row, { offSession: true, collects: true });
      });
      unit.emit('customer.subscription.resumed', 'subscription', row.id);
      return unit.show('subscription', row.id);
    },
  ),
];

/**
 * `customer.subscription.paused`.
 * @param how whether the unused time is credited, and whether that is invoiced at once
 */
export function pauseSubscription(unit: Unit, id: string, how: { credits: boolean; invoices: boolean }): void {
  const row = unit.need('subscription', id);
  if (!PAUSABLE.has(row.status)) {
    throw invalid(
      `A subscription with the status \`${row.status}\` cannot be paused.`,
      undefined,
      'resource_invalid_state',
    );
  }
  const credits = how.credits && row.status !== 'trialing';
  if (credits) creditUnused(unit, row);
  unit.update('subscription', row.id, { status: 'paused' });
  unit.emit('customer.subscription.paused', 'subscription', row.id);
  if (credits && how.invoices) {
    const { id: invoice } = billSubscription(unit, row, 'manual', []);
    unit.update('subscription', row.id, { latest_invoice: invoice });
  }
}

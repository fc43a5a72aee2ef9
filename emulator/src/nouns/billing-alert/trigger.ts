import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { MeterEventRow } from '../meter-event/row.js';

/**
 * Usage has passed a threshold: `billing.alert.triggered`, once for each customer. It is counted from the beginning
 * (https://docs.stripe.com/billing/subscriptions/usage-based/alerts).
 */
export function triggerAlerts(unit: Unit, { hidden: { meter, customer } }: MeterEventRow): void {
  for (const row of unit.store.tables['billing.alert'].walk({ oldestFirst: true })) {
    const threshold = row.usage_threshold;
    if (row.status !== 'active' || threshold === null || idOf(threshold.meter) !== meter) continue;
    const chosen = threshold.filters?.some(({ customer: only }) => only === null || idOf(only) === customer) ?? true;
    if (!chosen || row.hidden.told.includes(customer)) continue;
    const value = unit
      .all('billing.meter_event', 'hidden.customer', customer)
      .filter((one) => one.hidden.meter === meter)
      .reduce((sum, one) => sum + one.hidden.value, 0);
    if (value < threshold.gte) continue;
    unit.update('billing.alert', row.id, { hidden: { told: [...row.hidden.told, customer] } }, []);
    unit.tell('billing.alert.triggered', {
      object: 'billing.alert_triggered',
      alert: unit.view('billing.alert', unit.need('billing.alert', row.id)),
      created: unit.now,
      customer,
      livemode: false,
      value,
    });
  }
}

import type { Unit } from '../../state/unit.js';
import { endSubscription } from '../subscription/end.js';

/** `customer.deleted`, after its subscriptions ended and its payment methods were detached. */
export function endCustomer(unit: Unit, id: string): void {
  for (const subscription of unit.all('subscription', 'customer', id)) endSubscription(unit, subscription.id);
  letMethodsGo(unit, id);
  unit.remove('customer', id);
}

function letMethodsGo(unit: Unit, customer: string): void {
  for (const method of unit.all('payment_method', 'customer', customer)) {
    unit.update('payment_method', method.id, { customer: null }, []);
  }
}

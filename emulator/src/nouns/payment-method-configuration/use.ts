import { given } from '../../api/standard.js';
import type { Unit } from '../../state/unit.js';
import { takes } from '../payment-method/types.js';
import { methodsIn } from './operations.js';

interface Configured {
  payment_method_configuration_details?: { id: string; parent: string | null };
  payment_method_types?: string[];
}

/** What an intent or a session gets of the configuration that was asked for: those of its methods that take the currency. */
export function configured(unit: Unit, id: string | undefined, currency: string | undefined): Configured {
  if (id === undefined) return {};
  const row = unit.need('payment_method_configuration', id, 'payment_method_configuration');
  const types = methodsIn(row).filter((type) => currency === undefined || takes(type, currency));
  return given({
    payment_method_configuration_details: { id, parent: row.parent },
    payment_method_types: types,
  });
}

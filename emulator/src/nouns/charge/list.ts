import { sublist } from '../../api/list.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';

/** The charges of a payment, as its `charges` had them. */
export const chargesOf = (payment: string, unit: Unit): Json =>
  sublist(
    `/v1/charges?payment_intent=${payment}`,
    unit
      .all('charge', 'payment_intent', payment)
      .reverse()
      .map((row) => unit.view('charge', row)),
  );

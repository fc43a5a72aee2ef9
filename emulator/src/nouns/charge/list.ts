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

/** The refunds of a charge, as its `refunds` has them. */
export const refundsOf = (charge: string, unit: Unit): Json =>
  sublist(
    `/v1/charges/${charge}/refunds`,
    unit
      .all('refund', 'charge', charge)
      .reverse()
      .map((row) => unit.view('refund', row)),
  );

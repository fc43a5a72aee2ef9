import { expireCheckout } from './complete.js';
import type { Life } from '../../clock/life.js';
import type { CheckoutSessionRow } from './row.js';

/** A session that nobody paid expires. */
export const checkoutLife: Life<CheckoutSessionRow> = {
  clock: () => null,
  due: (row) => (row.status === 'open' ? row.expires_at : null),
  act: (unit, row) => void expireCheckout(unit, row.id),
};

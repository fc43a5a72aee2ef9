import { expireCheckout } from './checkout-complete.js';
import type { Life } from './life.js';

/** A session that nobody paid expires. */
export const checkoutLife: Life<'checkout.session'> = {
  clock: () => null,
  due: (row) => (row.status === 'open' ? row.expires_at : null),
  act: (unit, row) => void expireCheckout(unit, row.id),
};

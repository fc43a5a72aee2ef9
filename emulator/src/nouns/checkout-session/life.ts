import { expireCheckout } from './complete.js';
import type { Life } from '../../clock/life.js';

/** A session that nobody paid expires. */
export const checkoutLife: Life<'checkout.session'> = {
  clock: () => null,
  due: (row) => (row.status === 'open' ? row.expires_at : null),
  act: (unit, row) => void expireCheckout(unit, row.id),
};

import { invalid, missing } from '../../api/problem.js';
import type { CardSent } from '../payment-method/attach.js';
import type { BillingSent } from '../payment-method/insert.js';
import { magicNumber } from '../payment-method/card.js';
import type { Unit } from '../../state/unit.js';

/** Whether it is a token, made here or one of Stripe's for tests. */
export const isToken = (unit: Unit, id: string): boolean =>
  magicNumber(id) !== undefined || unit.find('token', id) !== undefined;

/** The card behind a token, which can be used once. A magic one can be used again. @throws Problem */
export function useToken(unit: Unit, id: string, param: string): { card: CardSent; billing: BillingSent } {
  const number = magicNumber(id);
  if (number !== undefined) {
    const year = new Date(unit.now * 1000).getUTCFullYear() + 1;
    return { card: { number, exp_month: 12, exp_year: year }, billing: {} };
  }
  const token = unit.find('token', id);
  if (token === undefined) throw missing('token', id, param, 400);
  if (token.used) throw invalid(`You cannot use a Stripe token more than once: ${id}.`, param, 'token_already_used');
  unit.update('token', id, { used: true }, []);
  return token.hidden;
}

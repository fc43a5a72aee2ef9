import { invalid } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import type { CardSent } from './attach.js';
import { isCardNumber } from './card.js';

interface Entered {
  number?: string;
  exp_month?: number;
  exp_year?: number;
  cvc?: string;
}

/** A card as a person enters it. @param at where its parameters stand, for errors @throws Problem for one that cannot be */
export function cardEntered(unit: Unit, sent: Entered, at: string): CardSent {
  const thisYear = new Date(unit.now * 1000).getUTCFullYear();
  const { number: written, exp_month, exp_year, cvc } = sent;
  if (written === undefined)
    throw invalid(`Missing required param: ${at}[number].`, `${at}[number]`, 'parameter_missing');
  if (exp_month === undefined)
    throw invalid(`Missing required param: ${at}[exp_month].`, `${at}[exp_month]`, 'parameter_missing');
  if (exp_year === undefined)
    throw invalid(`Missing required param: ${at}[exp_year].`, `${at}[exp_year]`, 'parameter_missing');
  const number = written.replace(/[\s-]/g, '');
  if (!isCardNumber(number)) throw cardMistake('incorrect_number', 'Your card number is incorrect.', 'number');
  const year = exp_year < 100 ? 2000 + exp_year : exp_year;
  const past = year < thisYear || (year === thisYear && exp_month < new Date(unit.now * 1000).getUTCMonth() + 1);
  if (past) throw cardMistake('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  if (cvc !== undefined && !/^\d{3,4}$/.test(cvc)) {
    throw cardMistake('invalid_cvc', "Your card's security code is invalid.", 'cvc');
  }
  return { number, exp_month, exp_year: year, cvc };
}

function cardMistake(code: string, message: string, param: string): Error {
  const problem = invalid(message, param, code, 402);
  problem.body.type = 'card_error';
  return problem;
}

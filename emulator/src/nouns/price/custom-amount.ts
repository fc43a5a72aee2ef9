import type Stripe from 'stripe';
import { flag, hash, integer, needed } from '../../api/params.js';
import { invalid } from '../../api/problem.js';

const AMOUNT_MAX = 99_999_999;

export const customAmountParam = () =>
  hash({
    enabled: needed(flag()),
    maximum: integer(0, AMOUNT_MAX),
    minimum: integer(0, AMOUNT_MAX),
    preset: integer(0, AMOUNT_MAX),
  });

export interface CustomAmountSent {
  enabled: boolean;
  maximum?: number;
  minimum?: number;
  preset?: number;
}

/** An amount that the customer chooses, as a price shows it. */
export function customAmount(sent: CustomAmountSent | undefined): Stripe.Price.CustomUnitAmount | null {
  if (sent?.enabled !== true) return null;
  const { maximum = null, minimum = null, preset = null } = sent;
  return { maximum, minimum, preset };
}

/** @throws Problem for an amount outside of what the price allows */
export function checkChosen(limits: Stripe.Price.CustomUnitAmount, amount: number, param: string): void {
  const { maximum, minimum } = limits;
  if (minimum !== null && amount < minimum) throw invalid(`The amount must be at least ${minimum}.`, param);
  if (maximum !== null && amount > maximum) throw invalid(`The amount must be at most ${maximum}.`, param);
}

import { invalid } from '../../api/problem.js';
import type { Priced } from '../item/operations.js';
import { checkTrialEnd } from '../subscription/trial.js';
import type { Unit } from '../../state/unit.js';
import type { CheckoutSent } from './create.js';

const DAY = 86_400;
const HALF_AN_HOUR = 1800;

export function checkMode(mode: string, lines: readonly Priced[]): void {
  if (mode === 'setup') {
    if (lines.length > 0) throw invalid('You can not pass `line_items` in `setup` mode.', 'line_items');
    return;
  }
  if (lines.length === 0) throw invalid('Missing required param: line_items.', 'line_items', 'parameter_missing');
  const recurring = lines.some(({ price }) => price.recurring !== null);
  if (mode === 'payment' && recurring) {
    throw invalid(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      'line_items',
    );
  }
  if (mode === 'subscription' && !recurring) {
    throw invalid(
      'You must provide at least one recurring price in `subscription` mode when using prices.',
      'line_items',
    );
  }
}

export function checkAsked(unit: Unit, mode: string, sent: CheckoutSent, optional: readonly { price: string }[]): void {
  if (sent.customer_update !== undefined && sent.customer === undefined) {
    throw invalid('`customer_update` can only be used with `customer`.', 'customer_update');
  }
  if (
    sent.tax_id_collection?.enabled === true &&
    sent.customer !== undefined &&
    sent.customer_update?.name !== 'auto'
  ) {
    throw invalid(
      'Tax ID collection requires updating business name on the customer. To enable tax ID collection for an existing customer, please set `customer_update[name]` to `auto`.',
      'tax_id_collection',
    );
  }
  const misplaced =
    mode === 'setup' && sent.tax_id_collection?.enabled === true
      ? 'tax_id_collection'
      : mode === 'setup' && optional.length > 0
        ? 'optional_items'
        : mode !== 'payment' && sent.invoice_creation !== undefined
          ? 'invoice_creation'
          : undefined;
  if (misplaced !== undefined) throw invalid(`\`${misplaced}\` is not available in \`${mode}\` mode.`, misplaced);
  const recurring = optional.findIndex(({ price }) => unit.need('price', price).recurring !== null);
  if (mode === 'payment' && recurring !== -1) {
    throw invalid(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      `optional_items[${recurring}][price]`,
    );
  }
}

export function checkAddresses({ ui_mode, success_url, return_url, redirect_on_completion }: CheckoutSent): void {
  if (ui_mode === undefined || ui_mode === 'hosted_page') {
    if (success_url === undefined)
      throw invalid('Missing required param: success_url.', 'success_url', 'parameter_missing');
    return;
  }
  if (return_url === undefined && redirect_on_completion !== 'never') {
    throw invalid('Missing required param: return_url.', 'return_url', 'parameter_missing');
  }
}

/** A trial lasts two days at least (guregu/intertube#10 quotes the message), and two years at most. */
export function checkTrial(now: number, end: number): void {
  const at = 'subscription_data[trial_end]';
  if (end < now + 2 * DAY) throw invalid('The `trial_end` date has to be at least 2 days in the future.', at);
  checkTrialEnd(now, end, at);
}

export function expiry(unit: Unit, sent: number | undefined): number {
  const at = sent ?? unit.now + DAY;
  if (at < unit.now + HALF_AN_HOUR || at > unit.now + DAY) {
    throw invalid('`expires_at` must be between 30 minutes and 24 hours from now.', 'expires_at');
  }
  return at;
}

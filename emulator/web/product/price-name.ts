import { priceText } from '../../../web/shared/money.js';

/** What a list of prices has to show. */
interface NamedPrice {
  readonly id: string;
  readonly nickname: string | null;
  readonly unit_amount: number | null;
  readonly currency: string;
  readonly recurring: { interval: string; interval_count: number; usage_type?: string } | null;
}

/**
 * The options of a list of prices: `Team (early birds) – $29.00 / month`. Two prices that read the same also have the
 * end of their id. Sorted by name.
 */
export function priceOptions<T extends NamedPrice>(
  prices: readonly T[],
  productOf: (price: T) => string,
): readonly (readonly [id: string, text: string])[] {
  const texts = prices.map((price) => textOf(price, productOf(price)));
  const options = prices.map(({ id }, index): [string, string] => {
    const text = texts[index] ?? '';
    const isUnique = texts.indexOf(text) === texts.lastIndexOf(text);
    return [id, isUnique ? text : `${text} · …${id.slice(-6)}`];
  });
  return options.sort(([, one], [, other]) => one.localeCompare(other, 'en', { numeric: true }));
}

function textOf(price: NamedPrice, product: string): string {
  const nickname = price.nickname ? ` (${price.nickname})` : '';
  const amount = price.unit_amount === null ? tiered(price) : priceText(price);
  return `${product}${nickname} – ${amount}${price.recurring?.usage_type === 'metered' ? ', metered' : ''}`;
}

const tiered = ({ recurring }: NamedPrice): string => `in tiers${recurring ? ` / ${recurring.interval}` : ''}`;

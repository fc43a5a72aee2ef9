/** A mistake in a card field. The code and the message are those of Stripe.js. */
export interface Mistake {
  readonly field: 'number' | 'expiry' | 'cvc';
  readonly code: string;
  readonly message: string;
}

export interface CardText {
  readonly number: string;
  readonly expiry: string;
  readonly cvc: string;
}

export interface Brand {
  readonly name: string;
  readonly starts: RegExp;
  readonly lengths: readonly number[];
  readonly groups: readonly number[];
  readonly cvc: number;
}

/** All mistakes in the card, in the order of the fields. If there are none, it can be sent. */
export function mistakes(card: CardText, today: Date): readonly Mistake[] {
  return [numberMistake(digits(card.number)), expiryMistake(card.expiry, today), cvcMistake(card)].filter(
    (mistake) => mistake !== null,
  );
}

/** The brand of a card, by its first digits. */
export function brandOf(number: string): Brand {
  const plain = digits(number);
  return brands.find(({ starts }) => starts.test(plain)) ?? unknown;
}

/** `4242424242424242` → `4242 4242 4242 4242`. Digits beyond the length of the brand are dropped. */
export function grouped(number: string): string {
  const brand = brandOf(number);
  let rest = digits(number).slice(0, Math.max(...brand.lengths));
  const parts: string[] = [];
  for (const size of brand.groups) {
    if (rest === '') break;
    parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return parts.join(' ');
}

/** Formats what is typed into the expiry field as `MM / YY`. */
export function expiryText(typed: string): string {
  const plain = digits(typed);
  const all = /^[2-9]/.test(plain) ? `0${plain}` : plain;
  if (all.length < 2) return all;
  const month = all.slice(0, 2);
  const year = all
    .slice(2)
    .replace(/^20(\d\d)$/, '$1')
    .slice(0, 2);
  if (year !== '') return `${month} / ${year}`;
  // A separator that appears before the year is begun would come back at each press of the backspace key.
  return /[/\s]/.test(typed) ? `${month} /` : month;
}

/** Month and year as the API takes them. Null while incomplete. */
export function expiryOf(text: string): { month: number; year: number } | null {
  const match = /^(\d\d)\s*\/\s*(\d\d)$/.exec(text.trim());
  if (!match) return null;
  const month = Number(match[1]);
  return month >= 1 && month <= 12 ? { month, year: 2000 + Number(match[2]) } : null;
}

export function digits(text: string): string {
  return text.replace(/\D/g, '');
}

function numberMistake(number: string): Mistake | null {
  const { lengths } = brandOf(number);
  if (!lengths.includes(number.length)) {
    return { field: 'number', code: 'incomplete_number', message: 'Your card number is incomplete.' };
  }
  return luhn(number) ? null : { field: 'number', code: 'invalid_number', message: 'Your card number is invalid.' };
}

function expiryMistake(text: string, today: Date): Mistake | null {
  const expiry = expiryOf(text);
  if (!expiry) {
    return { field: 'expiry', code: 'incomplete_expiry', message: "Your card's expiration date is incomplete." };
  }
  if (expiry.year < today.getFullYear()) {
    return {
      field: 'expiry',
      code: 'invalid_expiry_year_past',
      message: "Your card's expiration year is in the past.",
    };
  }
  if (expiry.year === today.getFullYear() && expiry.month < today.getMonth() + 1) {
    return {
      field: 'expiry',
      code: 'invalid_expiry_month_past',
      message: "Your card's expiration date is in the past.",
    };
  }
  return null;
}

function cvcMistake({ number, cvc }: CardText): Mistake | null {
  return digits(cvc).length === brandOf(number).cvc
    ? null
    : { field: 'cvc', code: 'incomplete_cvc', message: "Your card's security code is incomplete." };
}

/** Whether the check digit fits. Every card number ends with one. */
function luhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, place) => {
    const value = place % 2 === 0 ? Number(digit) : Number(digit) * 2;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const four = [4, 4, 4, 4, 3];
const brands: readonly Brand[] = [
  { name: 'Visa', starts: /^4/, lengths: [16], groups: four, cvc: 3 },
  { name: 'Mastercard', starts: /^(5[1-5]|2[2-7])/, lengths: [16], groups: four, cvc: 3 },
  { name: 'American Express', starts: /^3[47]/, lengths: [15], groups: [4, 6, 5], cvc: 4 },
  { name: 'Discover', starts: /^6(011|4[4-9]|5)/, lengths: [16, 19], groups: four, cvc: 3 },
  { name: 'Diners Club', starts: /^3[0689]/, lengths: [14, 16], groups: [4, 6, 6], cvc: 3 },
  { name: 'JCB', starts: /^35/, lengths: [16], groups: four, cvc: 3 },
  { name: 'UnionPay', starts: /^62/, lengths: [16, 17, 18, 19], groups: four, cvc: 3 },
];
const unknown: Brand = { name: '', starts: /^/, lengths: [16], groups: four, cvc: 3 };

import css from './element.css?inline';
import { brandOf, digits, expiryOf, expiryText, grouped, mistakes, type CardText, type Mistake } from './card.js';
import { make, shadow } from './markup.js';
import { testCards } from './test-cards.js';
import type { Fields } from './gateway.js';

type Name = Mistake['field'];

/** The card fields with their labels, drawn into a host element. */
export interface CardForm {
  /** Returns what is wrong now. With `show`, also shows it below the fields and focuses the first wrong one. */
  check(show: boolean): readonly Mistake[];
  /** The card as the API's `payment_method_data`. Call it only after a check without mistakes. */
  fields(): Fields;
  empty(): boolean;
  focus(): void;
  clear(): void;
}

/** Called when something happens in the fields. */
export interface CardFormEvents {
  change: () => void;
  focus: () => void;
  blur: () => void;
  escape: () => void;
}

export function drawCardForm(host: HTMLElement, on: CardFormEvents): CardForm {
  return new DrawnCardForm(host, on);
}

class DrawnCardForm implements CardForm {
  readonly #on: CardFormEvents;
  readonly #inputs = Object.fromEntries(specs.map((spec) => [spec.name, inputOf(spec)])) as Record<
    Name,
    HTMLInputElement
  >;
  readonly #wrongs = Object.fromEntries(
    specs.map(({ name }) => [name, make('p', { class: 'wrong', id: `${name}-wrong`, role: 'alert' })]),
  ) as Record<Name, HTMLParagraphElement>;
  readonly #brand = make('span', { class: 'brand', 'aria-hidden': 'true' });

  constructor(host: HTMLElement, on: CardFormEvents) {
    this.#on = on;
    for (const spec of specs) this.#listen(host, spec);
    shadow(host, css).replaceChildren(
      make(
        'div',
        { class: 'root', role: 'group', 'aria-label': 'Card' },
        ...testCardPicker((number) => this.#fill(number)),
        ...specs.map((spec) => this.#field(spec)),
      ),
    );
  }

  check(show: boolean): readonly Mistake[] {
    const all = this.#mistakes();
    if (show) {
      for (const { name } of specs) this.#say(name, all.find(({ field }) => field === name)?.message ?? '');
      const first = all[0];
      if (first) this.#inputs[first.field].focus();
    }
    return all;
  }

  fields(): Fields {
    const { number, expiry, cvc } = this.#typed();
    const month = expiryOf(expiry);
    return {
      'payment_method_data[type]': 'card',
      'payment_method_data[card][number]': digits(number),
      'payment_method_data[card][exp_month]': String(month?.month ?? ''),
      'payment_method_data[card][exp_year]': String(month?.year ?? ''),
      'payment_method_data[card][cvc]': digits(cvc),
    };
  }

  empty(): boolean {
    return Object.values(this.#inputs).every((input) => input.value === '');
  }

  focus(): void {
    this.#inputs.number.focus();
  }

  clear(): void {
    for (const { name } of specs) {
      this.#inputs[name].value = '';
      this.#say(name, '');
    }
    this.#brand.textContent = '';
    this.#on.change();
  }

  #field({ name, label, half }: Spec): HTMLElement {
    return make(
      'div',
      { class: half ? 'field half' : 'field' },
      make('label', { for: name }, label),
      make('div', { class: 'box' }, this.#inputs[name], ...(name === 'number' ? [this.#brand] : [])),
      this.#wrongs[name],
    );
  }

  #listen(host: HTMLElement, { name, shape }: Spec): void {
    const input = this.#inputs[name];
    input.addEventListener('input', () => {
      reshape(input, shape);
      this.#say(name, '');
      if (name === 'number') this.#brand.textContent = brandOf(input.value).name;
      this.#on.change();
    });
    input.addEventListener('focus', () => this.#on.focus());
    input.addEventListener('blur', () => {
      const mistake = input.value === '' ? undefined : this.#mistakes().find(({ field }) => field === name);
      this.#say(name, mistake?.message ?? '');
      this.#on.blur();
    });
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#on.escape();
      // Fields in a shadow root do not belong to the page's form, so Enter alone would not submit it.
      if (event.key === 'Enter') host.closest('form')?.requestSubmit();
    });
  }

  /** Fills in a test card. */
  #fill(number: string): void {
    this.#inputs.number.value = number;
    this.#inputs.expiry.value = '12 / 34';
    this.#inputs.cvc.value = '123';
    for (const { name } of specs) this.#say(name, '');
    this.#brand.textContent = brandOf(number).name;
    this.#on.change();
  }

  #typed(): CardText {
    const { number, expiry, cvc } = this.#inputs;
    return { number: number.value, expiry: expiry.value, cvc: cvc.value };
  }

  #mistakes(): readonly Mistake[] {
    return mistakes(this.#typed(), new Date());
  }

  /** Shows a message below a field. An empty message hides it. */
  #say(name: Name, message: string): void {
    this.#wrongs[name].textContent = message;
    this.#inputs[name].setAttribute('aria-invalid', String(message !== ''));
  }
}

interface Spec {
  readonly name: Name;
  readonly label: string;
  readonly placeholder: string;
  readonly autocomplete: string;
  readonly half: boolean;
  readonly shape: (text: string) => string;
}

const specs: readonly Spec[] = [
  {
    name: 'number',
    label: 'Card number',
    placeholder: '1234 1234 1234 1234',
    autocomplete: 'cc-number',
    half: false,
    shape: grouped,
  },
  {
    name: 'expiry',
    label: 'Expiry',
    placeholder: 'MM / YY',
    autocomplete: 'cc-exp',
    half: true,
    shape: expiryText,
  },
  {
    name: 'cvc',
    label: 'CVC',
    placeholder: 'CVC',
    autocomplete: 'cc-csc',
    half: true,
    shape: (text) => digits(text).slice(0, 4),
  },
];

function inputOf({ name, placeholder, autocomplete }: Spec): HTMLInputElement {
  return make('input', {
    id: name,
    name,
    type: 'text',
    inputmode: 'numeric',
    autocomplete,
    placeholder,
    'aria-describedby': `${name}-wrong`,
    'aria-invalid': 'false',
  });
}

/** Formats what was typed. The caret stays after the same digit. */
function reshape(input: HTMLInputElement, shape: (text: string) => string): void {
  const caret = input.selectionStart ?? input.value.length;
  const atEnd = caret === input.value.length;
  const before = digits(input.value.slice(0, caret)).length;
  input.value = shape(input.value);
  if (atEnd) return;
  let place = 0;
  for (let seen = 0; place < input.value.length && seen < before; place++) {
    if (/\d/.test(input.value[place] ?? '')) seen++;
  }
  input.setSelectionRange(place, place);
}

function testCardPicker(fill: (number: string) => void): readonly HTMLElement[] {
  const list = make('ul', { class: 'cards', id: 'test-cards', hidden: true });
  const button = make(
    'button',
    { type: 'button', 'aria-expanded': 'false', 'aria-controls': 'test-cards' },
    'Test cards',
  );
  const show = (open: boolean): void => {
    list.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
  };
  button.addEventListener('click', () => show(list.hidden !== false));
  for (const [number, outcome] of testCards) {
    const pick = make('button', { type: 'button' }, number, make('small', {}, outcome));
    pick.addEventListener('click', () => {
      fill(number);
      show(false);
      button.focus();
    });
    list.append(make('li', {}, pick));
  }
  return [make('div', { class: 'note' }, 'Local emulator, test cards only', button), list];
}

import css from './element.css?inline';
import { brandOf, digits, expiryOf, expiryText, grouped, mistakes, type CardText, type Mistake } from './card.js';
import { make, shadow } from './markup.js';
import { testCards } from './test-cards.js';
import type { Fields } from './gateway.js';

type Name = Mistake['field'];

/** The labelled card fields, drawn into a host element. */
export interface CardForm {
  /** What is wrong now; with `show`, also said beneath the fields. */
  check(show: boolean): readonly Mistake[];
  /** The card as the API's `payment_method_data`. Only after a check without mistakes. */
  fields(): Fields;
  empty(): boolean;
  focus(): void;
  clear(): void;
}

export function drawCardForm(
  host: HTMLElement,
  on: { change: () => void; focus: () => void; blur: () => void; escape: () => void },
): CardForm {
  const inputs = Object.fromEntries(specs.map((spec) => [spec.name, inputOf(spec)])) as Record<Name, HTMLInputElement>;
  const wrongs = Object.fromEntries(
    specs.map(({ name }) => [name, make('p', { class: 'wrong', id: `${name}-wrong`, role: 'alert' })]),
  ) as Record<Name, HTMLParagraphElement>;
  const brand = make('span', { class: 'brand', 'aria-hidden': 'true' });

  const typed = (): CardText => ({
    number: inputs.number.value,
    expiry: inputs.expiry.value,
    cvc: inputs.cvc.value,
  });
  const say = (name: Name, message: string): void => {
    wrongs[name].textContent = message;
    inputs[name].setAttribute('aria-invalid', String(message !== ''));
  };
  const found = (): readonly Mistake[] => mistakes(typed(), new Date());
  const fill = (number: string): void => {
    inputs.number.value = number;
    inputs.expiry.value = '12 / 34';
    inputs.cvc.value = '123';
    for (const { name } of specs) say(name, '');
    brand.textContent = brandOf(number).name;
    on.change();
  };

  for (const { name, shape } of specs) {
    const input = inputs[name];
    input.addEventListener('input', () => {
      reshape(input, shape);
      say(name, '');
      if (name === 'number') brand.textContent = brandOf(input.value).name;
      on.change();
    });
    input.addEventListener('focus', on.focus);
    input.addEventListener('blur', () => {
      const mistake = input.value === '' ? undefined : found().find(({ field }) => field === name);
      say(name, mistake?.message ?? '');
      on.blur();
    });
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') on.escape();
      // Fields behind a shadow root do not belong to the page's form, so Enter has to be handed on.
      if (event.key === 'Enter') host.closest('form')?.requestSubmit();
    });
  }

  shadow(host, css).replaceChildren(
    make(
      'div',
      { class: 'root', role: 'group', 'aria-label': 'Card' },
      ...testCardPicker(fill),
      ...specs.map(({ name, label, half }) =>
        make(
          'div',
          { class: half ? 'field half' : 'field' },
          make('label', { for: name }, label),
          make('div', { class: 'box' }, inputs[name], ...(name === 'number' ? [brand] : [])),
          wrongs[name],
        ),
      ),
    ),
  );

  return {
    check(show) {
      const all = found();
      if (show) {
        for (const { name } of specs) say(name, all.find(({ field }) => field === name)?.message ?? '');
        const first = all[0];
        if (first) inputs[first.field].focus();
      }
      return all;
    },
    fields() {
      const expiry = expiryOf(inputs.expiry.value);
      return {
        'payment_method_data[type]': 'card',
        'payment_method_data[card][number]': digits(inputs.number.value),
        'payment_method_data[card][exp_month]': String(expiry?.month ?? ''),
        'payment_method_data[card][exp_year]': String(expiry?.year ?? ''),
        'payment_method_data[card][cvc]': digits(inputs.cvc.value),
      };
    },
    empty: () => Object.values(inputs).every((input) => input.value === ''),
    focus: () => inputs.number.focus(),
    clear() {
      for (const { name } of specs) {
        inputs[name].value = '';
        say(name, '');
      }
      brand.textContent = '';
      on.change();
    },
  };
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

/** Brings what was typed into shape; the caret stays after the same digit. */
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
  button.addEventListener('click', () => show(list.hidden));
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

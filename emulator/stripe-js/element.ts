import { dress, type Appearance } from './appearance.js';
import { brandOf, type Mistake } from './card.js';
import { drawCardForm, type CardForm } from './card-form.js';
import { Emitter, type Handler } from './emitter.js';
import type { Fields } from './gateway.js';
import type { StripeError } from './problem.js';

/**
 * A payment or card element with the methods of Stripe's elements. It is drawn into the page itself, not into an
 * iframe: only test numbers are accepted, so there is nothing to hide from the page.
 */
export class CardElement {
  readonly elementType: 'payment' | 'card';
  readonly #emitter = new Emitter();
  #appearance: Appearance | undefined;
  #host: HTMLElement | null = null;
  #form: CardForm | null = null;

  constructor(elementType: 'payment' | 'card', appearance: Appearance | undefined) {
    this.elementType = elementType;
    this.#appearance = appearance;
  }

  /** @throws if the place does not exist, as in Stripe.js: that is a mistake in the page, not one of the user. */
  mount(place: string | HTMLElement): void {
    const at = typeof place === 'string' ? document.querySelector<HTMLElement>(place) : place;
    if (!at) throw new Error(`The node to mount the ${this.elementType} element in was not found.`);
    this.unmount();
    const host = document.createElement('div');
    at.replaceChildren(host);
    dress(host, this.#appearance);
    this.#host = host;
    this.#form = drawCardForm(host, {
      change: () => this.#changed(),
      focus: () => this.#emitter.emit('focus', { elementType: this.elementType }),
      blur: () => this.#emitter.emit('blur', { elementType: this.elementType }),
      escape: () => this.#emitter.emit('escape', { elementType: this.elementType }),
    });
    queueMicrotask(() => this.#emitter.emit('ready', { elementType: this.elementType }));
  }

  unmount(): void {
    this.#host?.remove();
    this.#host = null;
    this.#form = null;
  }

  destroy(): void {
    this.unmount();
    this.#emitter.emit('destroyed', undefined);
  }

  on(name: string, handler: Handler): this {
    this.#emitter.add(name, handler);
    return this;
  }

  off(name: string, handler?: Handler): this {
    this.#emitter.remove(name, handler);
    return this;
  }

  once(name: string, handler: Handler): this {
    const single: Handler = (event) => {
      this.#emitter.remove(name, single);
      handler(event);
    };
    return this.on(name, single);
  }

  /** Does nothing: the options of a mounted element have no effect here. Only the appearance can change (`dress`). */
  update(_options: unknown): this {
    return this;
  }

  dress(appearance: Appearance | undefined): void {
    this.#appearance = appearance;
    if (this.#host) dress(this.#host, appearance);
  }

  focus(): void {
    this.#form?.focus();
  }

  blur(): void {
    const active = this.#host?.shadowRoot?.activeElement;
    if (active instanceof HTMLElement) active.blur();
  }

  clear(): void {
    this.#form?.clear();
  }

  collapse(): this {
    return this;
  }

  /** The first mistake in the card, which is also shown below its field. Null if the card can be sent. */
  check(): StripeError | null {
    if (!this.#form) {
      return { type: 'invalid_request_error', message: `The ${this.elementType} element is not mounted.` };
    }
    const [first] = this.#form.check(true);
    return first ? { type: 'validation_error', code: first.code, message: first.message } : null;
  }

  /** The card for the API. Call it only after `check` found nothing. */
  fields(): Fields {
    return this.#form?.fields() ?? {};
  }

  #changed(): void {
    if (!this.#form) return;
    const wrong = this.#form.check(false);
    this.#emitter.emit('change', this.#changeEvent(this.#form, wrong));
  }

  #changeEvent(form: CardForm, wrong: readonly Mistake[]): object {
    const common = { elementType: this.elementType, empty: form.empty(), complete: wrong.length === 0 };
    if (this.elementType === 'payment') return { ...common, collapsed: false, value: { type: 'card' } };
    const invalid = wrong.find(({ code }) => !code.startsWith('incomplete'));
    return {
      ...common,
      brand: brandOf(form.fields()['payment_method_data[card][number]'] ?? '').name.toLowerCase() || 'unknown',
      error: invalid ? { type: 'validation_error', code: invalid.code, message: invalid.message } : undefined,
      value: { postalCode: '' },
    };
  }
}

import type { Appearance } from './appearance.js';
import { CardElement } from './element.js';
import type { StripeError } from './problem.js';

export interface ElementsOptions {
  readonly clientSecret?: string;
  readonly appearance?: Appearance;
}

/** A group of elements for one intent: what `stripe.elements()` returns. */
export class Elements {
  #options: ElementsOptions;
  readonly #elements = new Map<string, CardElement>();

  constructor(options: ElementsOptions) {
    this.#options = options;
  }

  get clientSecret(): string | undefined {
    return this.#options.clientSecret;
  }

  /** The payment or card element of the group. Undefined if there is none yet. */
  get card(): CardElement | undefined {
    return this.#elements.get('payment') ?? this.#elements.get('card');
  }

  /** @throws for a kind other than `payment` and `card`, and for a second element of the same kind. */
  create(kind: string, options?: { appearance?: Appearance }): CardElement {
    if (kind !== 'payment' && kind !== 'card') {
      throw new Error(`The local Stripe.js has only payment and card elements; "${kind}" needs the real Stripe.js.`);
    }
    if (this.#elements.has(kind)) throw new Error(`Only one ${kind} element can be created from one elements().`);
    const element = new CardElement(kind, options?.appearance ?? this.#options.appearance);
    element.on('destroyed', () => this.#elements.delete(kind));
    this.#elements.set(kind, element);
    return element;
  }

  getElement(kind: string): CardElement | null {
    return this.#elements.get(kind) ?? null;
  }

  update(options: ElementsOptions): void {
    this.#options = { ...this.#options, ...options };
    if (options.appearance) for (const element of this.#elements.values()) element.dress(options.appearance);
  }

  async fetchUpdates(): Promise<{ error?: StripeError }> {
    return {};
  }

  /** Checks the fields and shows below them what is wrong. */
  async submit(): Promise<{ error?: StripeError; selectedPaymentMethod?: string }> {
    const error = this.card?.check() ?? null;
    return error ? { error } : { selectedPaymentMethod: 'card' };
  }
}

import { encode, type Param } from '../../web/shared/encode.js';
import { challenge } from './challenge.js';
import { confirm, leave, settle, type Confirmed, type ConfirmParams, type Surroundings } from './confirm.js';
import { CardElement } from './element.js';
import { Elements, type ElementsOptions } from './elements.js';
import { openGateway, type Fields, type Gateway } from './gateway.js';
import type { Intent } from './intent.js';
import { misuse, type Refused, type StripeError } from './problem.js';
import { openSecret, type Kind } from './secret.js';

/** The options of `confirmPayment` and `confirmSetup`. */
export interface ConfirmOptions {
  readonly elements?: Elements;
  readonly clientSecret?: string;
  readonly confirmParams?: ConfirmParams;
  readonly redirect?: 'always' | 'if_required';
}

/** The data for `confirmCardPayment` and `confirmCardSetup`: a card element, or the id of a payment method. */
export interface CardData {
  readonly payment_method?: string | { card?: unknown; billing_details?: unknown };
  readonly return_url?: string;
}

type PaymentResult = { readonly paymentIntent: Intent; readonly error?: undefined } | Refused;
type SetupResult = { readonly setupIntent: Intent; readonly error?: undefined } | Refused;

/**
 * The stand-in for Stripe.js. It has the same calls and sends them to the emulator at `origin`.
 * @throws if the key is not a publishable test key, as in Stripe.js. No other call throws or rejects.
 */
export function createStripe(origin: string, publishableKey: string, options: { stripeAccount?: string } = {}) {
  if (!/^pk_test_\w+$/.test(publishableKey)) {
    throw new Error('The local Stripe.js needs a publishable test key (pk_test_…) and refuses live keys.');
  }
  const gateway = openGateway(origin, publishableKey, options.stripeAccount);
  const around: Surroundings = { gateway, challenge, leave };

  return {
    elements: (given: ElementsOptions = {}): Elements => new Elements(given),
    confirmPayment: async (asked: ConfirmOptions) => asPayment(await confirmByElements(around, 'payment', asked)),
    confirmSetup: async (asked: ConfirmOptions) => asSetup(await confirmByElements(around, 'setup', asked)),
    confirmCardPayment: async (clientSecret: string, data: CardData = {}) =>
      asPayment(await confirmByCard(around, { kind: 'payment', clientSecret, data })),
    confirmCardSetup: async (clientSecret: string, data: CardData = {}) =>
      asSetup(await confirmByCard(around, { kind: 'setup', clientSecret, data })),
    retrievePaymentIntent: async (clientSecret: string) => asPayment(await retrieve(gateway, 'payment', clientSecret)),
    retrieveSetupIntent: async (clientSecret: string) => asSetup(await retrieve(gateway, 'setup', clientSecret)),
    async handleNextAction({ clientSecret }: { clientSecret: string }): Promise<PaymentResult | SetupResult> {
      const opened = openSecret(clientSecret);
      if (!opened) return misuse('This needs a client secret.');
      const settled = await settle(around, opened, await gateway.retrieve(opened));
      return opened.kind === 'payment' ? asPayment(settled) : asSetup(settled);
    },
    createPaymentMethod: (asked: { type?: string; card?: unknown; elements?: Elements }) =>
      createPaymentMethod(gateway, asked.elements?.card ?? asked.card),
    /** Goes to a session's hosted page. Stripe.js dropped this call after basil: use `session.url` instead. */
    async redirectToCheckout({ sessionId }: { sessionId?: string } = {}): Promise<Refused> {
      if (sessionId === undefined) return misuse('redirectToCheckout needs the sessionId of a checkout session.');
      const page = await gateway.checkoutPage(sessionId);
      return page.error ? page : leave(page.value);
    },
    createToken: async (): Promise<Refused> =>
      misuse('The local Stripe.js does not create tokens. Use a payment method, or tok_visa on the server.'),
    /** Wrappers such as @stripe/stripe-js call these two to name themselves. Nothing is done with that. */
    _registerWrapper: (_wrapper: unknown): void => undefined,
    registerAppInfo: (_info: unknown): void => undefined,
  };
}

async function confirmByElements(around: Surroundings, kind: Kind, asked: ConfirmOptions): Promise<Confirmed> {
  const fields = fieldsOf(asked.elements, asked.confirmParams ?? {});
  if (!fields.ok) return { error: fields.error };
  return confirm(around, {
    kind,
    clientSecret: asked.clientSecret ?? asked.elements?.clientSecret,
    fields: fields.fields,
    returnUrl: asked.confirmParams?.return_url,
    redirect: asked.redirect ?? 'always',
  });
}

interface CardConfirmation {
  kind: Kind;
  clientSecret: unknown;
  data: CardData;
}

async function confirmByCard(around: Surroundings, { kind, clientSecret, data }: CardConfirmation): Promise<Confirmed> {
  const fields = cardFields(data.payment_method);
  if (!fields.ok) return { error: fields.error };
  return confirm(around, {
    kind,
    clientSecret,
    fields: fields.fields,
    returnUrl: data.return_url,
    redirect: 'if_required',
  });
}

async function retrieve(gateway: Gateway, kind: Kind, clientSecret: unknown): Promise<Confirmed> {
  const opened = openSecret(clientSecret);
  if (opened?.kind !== kind) return misuse(`This needs the client secret of a ${kind} intent.`);
  const answer = await gateway.retrieve(opened);
  return answer.error ? answer : { intent: answer.value };
}

async function createPaymentMethod(gateway: Gateway, card: unknown) {
  const fields = cardFields({ card });
  if (!fields.ok) return { error: fields.error };
  const bare = Object.entries(fields.fields).map(([name, value]) => [
    name.replace(/^payment_method_data\[(\w+)\]/, '$1'),
    value,
  ]);
  const answer = await gateway.createPaymentMethod(Object.fromEntries(bare) as Fields);
  return answer.error ? answer : { paymentMethod: answer.value };
}

type FieldsResult =
  { readonly ok: true; readonly fields: Fields } | { readonly ok: false; readonly error: StripeError };

/** The payment method that the page named, or the card from the group's element. */
function fieldsOf(elements: Elements | undefined, params: ConfirmParams): FieldsResult {
  if (params.payment_method !== undefined) return { ok: true, fields: { payment_method: params.payment_method } };
  const card = elements?.card;
  if (!card) return { ok: false, error: misuse('This needs elements with a payment element.').error };
  const error = card.check();
  if (error) return { ok: false, error };
  const more = encode({ payment_method_data: (params.payment_method_data ?? {}) as Param });
  return { ok: true, fields: { ...Object.fromEntries(more), ...card.fields() } };
}

function cardFields(method: CardData['payment_method']): FieldsResult {
  if (method === undefined) return { ok: true, fields: {} };
  if (typeof method === 'string') return { ok: true, fields: { payment_method: method } };
  if (!(method.card instanceof CardElement)) {
    return { ok: false, error: misuse('This needs a card element or the ID of a payment method.').error };
  }
  const error = method.card.check();
  if (error) return { ok: false, error };
  const details = (method.billing_details ?? {}) as Param;
  const more = encode({ payment_method_data: { billing_details: details } });
  return { ok: true, fields: { ...Object.fromEntries(more), ...method.card.fields() } };
}

function asPayment(confirmed: Confirmed): PaymentResult {
  return confirmed.error ? confirmed : { paymentIntent: confirmed.intent };
}

function asSetup(confirmed: Confirmed): SetupResult {
  return confirmed.error ? confirmed : { setupIntent: confirmed.intent };
}

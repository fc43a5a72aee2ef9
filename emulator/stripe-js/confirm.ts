import type { Answer, Fields, Gateway } from './gateway.js';
import type { Intent } from './intent.js';
import { misuse, notAuthenticated, type Refused } from './problem.js';
import { openSecret, type Kind, type Opened } from './secret.js';

export interface ConfirmParams {
  readonly return_url?: string;
  readonly payment_method?: string;
  readonly payment_method_data?: unknown;
}

export interface Confirmation {
  readonly kind: Kind;
  readonly clientSecret: unknown;
  readonly fields: Fields;
  readonly returnUrl: string | undefined;
  /** `always` (Stripe's default): go to `return_url` after success. `if_required`: return the result to the page. */
  readonly redirect: 'always' | 'if_required';
}

export interface Surroundings {
  readonly gateway: Gateway;
  /** Shows the 3-D Secure challenge. Resolves with what the user chose. */
  readonly challenge: (intent: Intent) => Promise<'complete' | 'fail'>;
  readonly leave: (url: string) => Promise<never>;
}

export type Confirmed = { readonly intent: Intent; readonly error?: undefined } | Refused;

/** Confirms an intent, and shows the 3-D Secure challenge if there is one. Never rejects. */
export async function confirm(around: Surroundings, asked: Confirmation): Promise<Confirmed> {
  const opened = openSecret(asked.clientSecret);
  if (opened?.kind !== asked.kind) return misuse(`This needs the client secret of a ${asked.kind} intent.`);
  if (asked.redirect === 'always' && asked.returnUrl === undefined) {
    return misuse('confirmParams.return_url is required unless redirect is "if_required".');
  }
  const sent = asked.returnUrl === undefined ? asked.fields : { ...asked.fields, return_url: asked.returnUrl };
  const settled = await settle(around, opened, await around.gateway.confirm(opened, sent));
  if (settled.error || asked.redirect !== 'always' || asked.returnUrl === undefined) return settled;
  return around.leave(returnAddress(asked.returnUrl, asked.kind, settled.intent));
}

/** Goes to another page. The promise never settles, as in Stripe.js. */
export function leave(url: string): Promise<never> {
  location.assign(url);
  return new Promise(() => undefined);
}

/** Shows the 3-D Secure challenge if the intent requires it, or goes to the payer's page, and returns the intent after it. */
export async function settle(around: Surroundings, opened: Opened, answer: Answer<Intent>): Promise<Confirmed> {
  if (answer.error) return answer;
  if (answer.value.status !== 'requires_action') return { intent: answer.value };
  const { next_action: action } = answer.value;
  const payersPage = action?.type === 'use_stripe_sdk' ? undefined : payersAddress(answer.value);
  if (payersPage !== undefined) return around.leave(payersPage);
  // A voucher or a code is the page's to show: the payer pays elsewhere, and later.
  if (action?.type.includes('_display_') === true || action?.type === 'blik_authorize') return { intent: answer.value };
  const outcome = await around.challenge(answer.value);
  const after = await around.gateway.challenge(opened, outcome);
  if (after.error) return after;
  return after.value.status === 'requires_payment_method' || after.value.status === 'requires_action'
    ? failed(opened.kind, after.value)
    : { intent: after.value };
}

/** Where the payer of a local method approves. It leads back to the page's return address. */
const payersAddress = ({ next_action: action }: Intent): string | undefined =>
  action?.redirect_to_url?.url ?? action?.alipay_handle_redirect?.url;

/** The error after a challenge: the bank's refusal if there is one, else that the user was not authenticated. */
function failed(kind: Kind, intent: Intent): Refused {
  const reason = (intent as { last_payment_error?: Refused['error'] | null }).last_payment_error;
  if (!reason || reason.code === `${kind}_intent_authentication_failure`) return notAuthenticated(kind, intent);
  return { error: kind === 'payment' ? { ...reason, payment_intent: intent } : { ...reason, setup_intent: intent } };
}

/** `return_url` with the parameters that Stripe appends: the intent, its secret, and the result. */
export function returnAddress(returnUrl: string, kind: Kind, intent: Intent): string {
  const url = new URL(returnUrl);
  url.searchParams.set(`${kind}_intent`, intent.id);
  url.searchParams.set(`${kind}_intent_client_secret`, intent.client_secret);
  url.searchParams.set('redirect_status', intent.status === 'processing' ? 'pending' : 'succeeded');
  return url.href;
}

import type { Intent } from './intent.js';
import { misuse, type Refused, type StripeError } from './problem.js';
import type { Kind, Opened } from './secret.js';

export type Fields = Readonly<Record<string, string>>;

/** The API calls that a browser may make. They go to the emulator that served this script. */
export interface Gateway {
  retrieve(opened: Opened): Promise<Answer<Intent>>;
  confirm(opened: Opened, fields: Fields): Promise<Answer<Intent>>;
  /** Ends a 3-D Secure challenge with the outcome that the user chose. */
  challenge(opened: Opened, outcome: 'complete' | 'fail'): Promise<Answer<Intent>>;
  createPaymentMethod(fields: Fields): Promise<Answer<unknown>>;
  /** The address of a checkout session's page. An error if the session does not exist or is not open. */
  checkoutPage(session: string): Promise<Answer<string>>;
}

export type Answer<T> = { readonly value: T; readonly error?: undefined } | Refused;

const path: Readonly<Record<Kind, string>> = { payment: '/v1/payment_intents', setup: '/v1/setup_intents' };

export function openGateway(origin: string, publishableKey: string, account?: string): Gateway {
  const headers = {
    authorization: `Bearer ${publishableKey}`,
    ...(account === undefined ? {} : { 'stripe-account': account }),
  };
  const form = <T>(at: string, fields: Fields): Promise<Answer<T>> =>
    request<T>(`${origin}${at}`, { method: 'POST', headers, body: new URLSearchParams(fields) });
  return {
    retrieve: ({ kind, id, secret }) =>
      request(`${origin}${path[kind]}/${id}?${new URLSearchParams({ client_secret: secret }).toString()}`, { headers }),
    confirm: ({ kind, id, secret }, fields) =>
      form(`${path[kind]}/${id}/confirm`, { client_secret: secret, ...fields }),
    challenge: ({ id, secret }, outcome) =>
      request(`${origin}/_emulator/three_d_secure/${id}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ client_secret: secret, outcome }),
      }),
    createPaymentMethod: (fields) => form('/v1/payment_methods', fields),
    async checkoutPage(session) {
      const id = encodeURIComponent(session);
      const answer = await request<{ state: string; url: string | null }>(`${origin}/v1/payment_pages/${id}`, {
        headers,
      });
      if (answer.error) return answer;
      return answer.value.state === 'open'
        ? { value: origin + new URL(answer.value.url ?? `/c/pay/${id}`, origin).pathname }
        : misuse(`The checkout session ${session} is ${answer.value.state}.`);
    },
  };
}

async function request<T>(url: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(url, init);
    const body = (await response.json()) as T & { error?: StripeError };
    return response.ok ? { value: body } : { error: body.error ?? unreachable };
  } catch {
    return { error: unreachable };
  }
}

const unreachable: StripeError = {
  type: 'api_connection_error',
  message: 'The local emulator does not answer. Check that it is still running.',
};

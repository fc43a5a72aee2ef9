import { expect, it } from 'vitest';
import { returnAddress, settle, type Surroundings } from './confirm.js';
import type { Intent } from './intent.js';

const intent = { id: 'pi_1', object: 'payment_intent', status: 'succeeded', client_secret: 'pi_1_secret_x' } as const;

it('the page comes back with the intent, its secret and the outcome, and keeps its own query', () => {
  expect(returnAddress('http://127.0.0.1:1/sample?plan=a', 'payment', intent)).toBe(
    'http://127.0.0.1:1/sample?plan=a&payment_intent=pi_1&payment_intent_client_secret=pi_1_secret_x&redirect_status=succeeded',
  );
});

it('a payment that is being processed comes back as pending', () => {
  const url = new URL(returnAddress('http://127.0.0.1:1/', 'payment', { ...intent, status: 'processing' }));
  expect(url.searchParams.get('redirect_status')).toBe('pending');
});

/** What the browser would do with an intent that waits for its payer. */
async function settled(
  next_action: NonNullable<Intent['next_action']>,
): Promise<{ left: string[]; challenged: boolean }> {
  const seen = { left: [] as string[], challenged: false };
  const around = {
    gateway: { challenge: () => Promise.resolve({ value: intent }) },
    challenge: () => {
      seen.challenged = true;
      return Promise.resolve('complete');
    },
    leave: (url: string) => {
      seen.left.push(url);
      return Promise.resolve(undefined as never);
    },
  } as unknown as Surroundings;
  const opened = { kind: 'payment', id: intent.id, secret: intent.client_secret } as const;
  await settle(around, opened, { value: { ...intent, status: 'requires_action', next_action } });
  return seen;
}

it('a payer of a local method is sent to the page that asks them', async () => {
  const url = 'http://127.0.0.1:1/redirect/pi_1_secret_x';
  expect(await settled({ type: 'redirect_to_url', redirect_to_url: { url } })).toEqual({
    left: [url],
    challenged: false,
  });
  expect(await settled({ type: 'alipay_handle_redirect', alipay_handle_redirect: { url } })).toEqual({
    left: [url],
    challenged: false,
  });
});

it('a voucher is left to the page, and a card is challenged', async () => {
  expect(await settled({ type: 'oxxo_display_details' })).toEqual({ left: [], challenged: false });
  expect(await settled({ type: 'use_stripe_sdk' })).toEqual({ left: [], challenged: true });
});

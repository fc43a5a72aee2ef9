import { expect, it } from 'vitest';
import { returnAddress } from './confirm.js';

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

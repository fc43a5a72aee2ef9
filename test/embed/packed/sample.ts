import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type Stripe from 'stripe';
import type { Emulator } from '../../../emulator/src/emulator.js';
import { eventually } from '../../support/eventually.js';
import { WEBHOOK_SECRET } from '../../support/world.js';

/** A sample as a process of its own. */
export interface Sample {
  url: string;
  output(): string;
  /** Ends it as a host does; resolves with its exit code, or the signal. */
  end(): Promise<number | NodeJS.Signals>;
  kill(): void;
}

/** Starts it with nothing of this process's environment but the path, and waits until it says where it is. */
export async function startSample(args: readonly string[], cwd: string, env: Record<string, string>): Promise<Sample> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, args, { cwd, env: { PATH, HOME, PORT: '0', ...env } });
  const ended = once(child, 'exit').then(([code, signal]) => (code as number | null) ?? (signal as NodeJS.Signals));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += String(text)));
  const url = await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended:\n${output}`);
      return /http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+/.exec(output)?.[0];
    },
    `${args.join(' ')} says where it is`,
    60_000,
  );
  return {
    url,
    output: () => output,
    end() {
      child.kill('SIGTERM');
      return ended;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Of a new product, by the month. */
export async function newPrice(stripe: Stripe, { name = 'Team', amount = 900 } = {}): Promise<string> {
  const product = await stripe.products.create({ name });
  const recurring = { interval: 'month' } as const;
  return (await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: amount, recurring })).id;
}

/** What a sample reads from its environment, to talk to the local Stripe. */
export const environmentOf = (emulator: Emulator, price: string): Record<string, string> => ({
  PRICE_ID: price,
  STRIPE_API_BASE: emulator.url,
  STRIPE_SECRET_KEY: emulator.secretKey,
  STRIPE_PUBLISHABLE_KEY: emulator.publishableKey,
  STRIPE_JS_URL: `${emulator.url}/v3/`,
  STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
});

/** Everything a sample is for: sign in, subscribe, pay, see it; cancel at Stripe, see that too. */
export async function driveSample(app: Sample, emulator: Emulator, stripe: Stripe): Promise<void> {
  emulator.createWebhookEndpoint({ url: `${app.url}/billing/stripe-webhooks`, secret: WEBHOOK_SECRET });
  const ask = (method: string, path: string, body?: object, cookie = ''): Promise<Response> =>
    fetch(`${app.url}${path}`, {
      ...{ method, headers: { 'content-type': 'application/json', cookie } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  assert.equal((await ask('POST', '/subscribe', {})).status, 401, app.output());
  assert.equal((await ask('POST', '/billing/create-customer/ada', {})).status, 401, app.output());
  const signedIn = await ask('POST', '/sign-in', { username: 'ada' });
  const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0];

  const subscribed = (await (await ask('POST', '/subscribe', {}, cookie)).json()) as Record<string, string>;
  assert.equal(subscribed['kind'], 'payment', `${JSON.stringify(subscribed)} ${app.output()}`);
  const [intent = ''] = String(subscribed['clientSecret']).split('_secret_');
  await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa' });

  const becomes = (status: string | undefined): Promise<true> =>
    eventually(
      async () => {
        const answer = await ask('GET', '/membership', undefined, cookie);
        const { membership } = (await answer.json()) as { membership: { status: string } | null };
        return membership?.status === status || undefined;
      },
      `the membership is ${String(status)}: ${app.output()}`,
    );
  await becomes('active');
  await stripe.subscriptions.cancel(String(subscribed['id']));
  await becomes(undefined);
}

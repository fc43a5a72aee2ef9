import type { ApiSide, ScenarioResult } from '../../../../emulator/src/against/against-stripe.js';
import { runScenario } from '../../../../emulator/src/against/against-stripe.js';
import { scenarios } from '../../../../emulator/src/against/scenario.js';
import { startEmulator } from '../../../../emulator/src/emulator.js';
import { systemClock } from '../../../kernel/clock.js';
import { LockstepError } from '../../../kernel/error.js';

export interface AgainstStripe {
  /** `STRIPE_SECRET_KEY`: of the user's own sandbox. */
  key: string | undefined;
  /** `STRIPE_API_BASE`. Default: Stripe. */
  apiBase: string | undefined;
  /** Receives each line of the report. */
  print: (line: string) => void;
}

/**
 * Runs the scenarios against a sandbox of Stripe and against an emulator, and prints the first difference.
 * @returns whether there was none
 * @throws LockstepError `stripe_key_missing`, `stripe_key_invalid`, `stripe_unreachable`, `timed_out`
 */
export async function againstStripe({ key, apiBase, print }: AgainstStripe): Promise<boolean> {
  const stripe = { url: (apiBase ?? 'https://api.stripe.com').replace(/\/$/, ''), key: testKey(key) };
  print(`Stripe    ${stripe.url}, account ${await accountOf(stripe)}`);
  print('It creates objects there, with the metadata lockstep=against-stripe. Products and prices stay.');
  const emulator = await startEmulator({ port: 0 });
  try {
    for (const scenario of scenarios) {
      const sides = { stripe, emulator: { url: emulator.url, key: emulator.secretKey }, clock: systemClock };
      const result = await runScenario(scenario, sides);
      for (const line of linesOf(result)) print(line);
      if (result.difference !== undefined) return false;
    }
    return true;
  } finally {
    await emulator.stop();
  }
}

function linesOf({ scenario, requests, difference }: ScenarioResult): string[] {
  if (difference === undefined)
    return [`same      ${scenario} (${requests} ${requests === 1 ? 'request' : 'requests'})`];
  const { request, path, stripe, emulator } = difference;
  return [
    `DIFFERS   ${scenario}`,
    `  request ${requests}: ${request}`,
    `  at ${path}`,
    `    Stripe:   ${JSON.stringify(stripe)}`,
    `    emulator: ${JSON.stringify(emulator)}`,
  ];
}

function testKey(key: string | undefined): string {
  if (key === undefined || key === '') {
    throw new LockstepError('stripe_key_missing', 'There is no key of a sandbox', {
      hint: 'set STRIPE_SECRET_KEY to a key of your own sandbox, sk_test_…',
    });
  }
  if (/^(sk|rk)_test_\w+$/.test(key)) return key;
  const isLive = /^(sk|rk)_live_/.test(key);
  throw new LockstepError('stripe_key_invalid', isLive ? 'A live key is refused' : 'The key is not a secret test key', {
    hint: 'this creates customers, payments, and subscriptions: use the key of a sandbox, sk_test_…',
  });
}

async function accountOf({ url, key }: ApiSide): Promise<string> {
  const response = await fetch(`${url}/v1/account`, { headers: { authorization: `Bearer ${key}` } }).catch(
    (cause: unknown) => {
      throw new LockstepError('stripe_unreachable', `No answer from ${url}`, {
        hint: 'check the connection, and STRIPE_API_BASE if it is set',
        cause,
      });
    },
  );
  const account = (await response.json().catch(() => ({}))) as { id?: string; error?: { message?: string } };
  if (account.id !== undefined) return account.id;
  throw new LockstepError('stripe_key_invalid', account.error?.message ?? `${url} answered ${response.status}`, {
    hint: 'copy the key from the Dashboard of the sandbox again',
  });
}

// `npm run demo` of each example: runs it against a local Stripe that has prices. Nothing leaves this machine.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const example = createRequire(`${process.cwd()}/package.json`);
const { startEmulator } = await import(pathToFileURL(example.resolve('lockstep/emulator')).href);

const PORT = process.env.PORT ?? '3000';
const emulator = await startEmulator({ port: 0 });
const create = async (path, parameters) => {
  const answer = await fetch(`${emulator.url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${emulator.secretKey}` },
    body: new URLSearchParams(parameters),
  });
  return answer.json();
};
const monthly = async (name, amount) => {
  const product = await create('products', { name });
  const price = { product: product.id, currency: 'usd', unit_amount: amount, 'recurring[interval]': 'month' };
  return (await create('prices', price)).id;
};
const secret = `whsec_${randomBytes(24).toString('hex')}`;
emulator.createWebhookEndpoint({ url: `http://127.0.0.1:${PORT}/billing/stripe-webhooks`, secret });

const child = spawn('npm', ['start'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PORT,
    APP_ORIGIN: `http://127.0.0.1:${PORT}`,
    PRICE_ID: await monthly('Team', '900'),
    BUSINESS_PRICE_ID: await monthly('Business', '2900'), // only some samples sell this plan
    STRIPE_API_BASE: emulator.url,
    STRIPE_JS_URL: `${emulator.url}/v3/`,
    STRIPE_SECRET_KEY: emulator.secretKey,
    STRIPE_PUBLISHABLE_KEY: emulator.publishableKey,
    STRIPE_WEBHOOK_SECRET: secret,
  },
});
console.log(`local Stripe: ${emulator.url}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', () => void emulator.stop());

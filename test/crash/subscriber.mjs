// An app that a user of it subscribes in, as a process to be killed: `node subscriber.mjs <database> <stripe> <key> <price>`. Says
// what came of it as one line of JSON.
/** @type {typeof import('../../src/app/index.js')} */
const { createLockstep } = await import(new URL('../../dist/src/app/index.js', import.meta.url).href);

const [databaseUrl, stripeApiBase, stripeKey, price = ''] = process.argv.slice(2);
const lockstep = createLockstep({
  ...{ databaseUrl, stripeApiBase, stripeKey, webhookSecret: 'whsec_nobodydelivershere' },
  ...{ sweepEveryMs: 0, sweepRecentEveryMs: 0, catchUpEveryMs: 0, leaseMs: 1_000 },
});
const { id, kind } = await lockstep.subscriptions.create({ user: { username: 'ada' }, price });
const { outcome } = await lockstep.verify({ types: ['customers', 'subscriptions', 'invoices'], repair: false });
console.log(JSON.stringify({ id, kind, outcome }));
await lockstep.stop();

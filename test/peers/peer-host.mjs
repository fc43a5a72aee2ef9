// @ts-check
// Hosts one peer in a process of its own, as its documentation says: an HTTP endpoint that hands the raw body and the
// signature to the engine's own function and answers 200, or 400 with the error. Told what to do over IPC.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** @typedef {{ folder: string, package: string, databaseUrl: string, stripePort: number, secret: string,
 *   account: string, options: Record<string, unknown>, specification: string }} Peer */

/** @type {Peer} */
const peer = JSON.parse(process.env['PEER'] ?? '{}');
const require = createRequire(join(peer.folder, 'package.json'));
const library = require(peer.package);

/** What differs between the two generations of the engine. @type {Record<string, any>} */
const generations = {
  '@supabase/stripe-sync-engine': {
    migrate: () => library.runMigrations({ databaseUrl: peer.databaseUrl, schema: 'stripe' }),
    async open() {
      const sync = new library.StripeSync({ ...common(), ...peer.options });
      // It offers no address of Stripe; its client is a public property, so it gets one from the official SDK.
      const Stripe = require('stripe');
      sync.stripe = new Stripe('sk_test_peers', { host: '127.0.0.1', port: peer.stripePort, protocol: 'http' });
      return {
        deliver: (/** @type {Buffer} */ body, /** @type {string} */ signature) => sync.processWebhook(body, signature),
        async backfill(/** @type {string[]} */ kinds) {
          for (const object of kinds) await sync.syncBackfill({ object });
        },
      };
    },
  },
  '@stripe/sync-engine': {
    // The tables' generated columns come from an OpenAPI file that it would download; the file is an option of its own.
    migrate: () =>
      library.runMigrations({ databaseUrl: peer.databaseUrl, openApiSpecPath: peer.specification, logger }),
    async open() {
      const sync = await library.StripeSync.create({
        ...common(),
        stripeAccountId: peer.account,
        logger,
        ...peer.options,
      });
      // It offers no address of Stripe, and its lists and reads are bound to the client that it made.
      sync.stripe._setApiField('host', '127.0.0.1');
      sync.stripe._setApiField('port', peer.stripePort);
      sync.stripe._setApiField('protocol', 'http');
      return {
        deliver: (/** @type {Buffer} */ body, /** @type {string} */ signature) =>
          sync.webhook.processWebhook(body, signature),
        async backfill(/** @type {string[]} */ kinds) {
          const { errors } = await sync.fullSync(kinds, true, 20, 10, false);
          if (errors.length > 0) throw new Error(JSON.stringify(errors));
        },
      };
    },
  },
};

const logger = { info() {}, warn() {}, error: (/** @type {unknown[]} */ ...facts) => console.error(...facts) };

function common() {
  const poolConfig = { connectionString: peer.databaseUrl, max: 10 };
  return { poolConfig, stripeSecretKey: 'sk_test_peers', stripeWebhookSecret: peer.secret };
}

/** @type {Record<string, (message: any) => Promise<unknown>>} */
const orders = {
  migrate: () => generations[peer.package].migrate(),
  async start() {
    engine = await generations[peer.package].open();
    const server = createServer((request, response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        engine.deliver(Buffer.concat(chunks), String(request.headers['stripe-signature'])).then(
          () => response.writeHead(200).end('{"received":true}'),
          (/** @type {Error} */ error) => response.writeHead(400).end(error.message),
        );
      });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
  },
  backfill: ({ kinds }) => engine.backfill(kinds),
};

/** @type {any} */
let engine;

process.on('message', (/** @type {any} */ message) => {
  const tell = (/** @type {object} */ answer) => process.send?.({ number: message.number, ...answer });
  orders[message.order]?.(message).then(
    (value) => tell({ value }),
    (/** @type {Error} */ error) => tell({ error: error.stack ?? String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });

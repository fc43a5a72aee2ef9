// @ts-check
// A Stripe that has every object it is asked for, and answers at once. Runs in a process of its own. Each message of
// the parent has the objects from then on.
import { createServer } from 'node:http';
import { objectOf } from './events.mjs';

/** Path of the type's objects → the type. @type {Record<string, string>} */
const paths = {
  customers: 'customer',
  products: 'product',
  prices: 'price',
  subscriptions: 'subscription',
  invoices: 'invoice',
};

/** @type {import('./events.mjs').Templates} */
let templates = {};

const server = createServer((request, response) => {
  const [, , path = '', id, below] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
  const object = below === undefined ? objectAt(path, id) : listAt(`${path}/${id}/${below}`);
  response
    .writeHead(object === undefined ? 404 : 200, { 'content-type': 'application/json', 'request-id': 'req_bench' })
    .end(JSON.stringify(object ?? { error: { type: 'invalid_request_error', code: 'resource_missing' } }));
});

process.on('disconnect', () => process.exit());
process.on('message', (/** @type {import('./events.mjs').Templates} */ objects) => {
  templates = objects;
  const answer = () => process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });
  if (server.listening) answer();
  else server.listen(0, '127.0.0.1', answer);
});

/**
 * @param {string} path
 * @param {string | undefined} id
 */
function objectAt(path, id) {
  if (path === 'account') return { id: 'acct_bench', object: 'account' };
  const kind = paths[path] ?? '';
  if (templates[kind] === undefined) return undefined;
  if (id === undefined) return listAt(path);
  return objectOf(templates, kind, id.slice(id.indexOf('_') + 1));
}

/** @param {string} path */
function listAt(path) {
  return { object: 'list', data: [], has_more: false, url: `/v1/${path}` };
}

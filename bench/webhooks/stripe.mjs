// @ts-check
// A Stripe that has every object that is asked for, and answers at once. Runs in a process of its own.
import { createServer } from 'node:http';

/** Path of the type's objects → the type. @type {Record<string, string>} */
const paths = {
  customers: 'customer',
  products: 'product',
  prices: 'price',
  subscriptions: 'subscription',
  invoices: 'invoice',
};

process.once('message', (/** @type {import('./events.mjs').Templates} */ templates) => {
  const server = createServer((request, response) => {
    const [, , path = '', id] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
    const object = objectAt(templates, path, id);
    response
      .writeHead(object === undefined ? 404 : 200, { 'content-type': 'application/json', 'request-id': 'req_bench' })
      .end(JSON.stringify(object ?? { error: { type: 'invalid_request_error', code: 'resource_missing' } }));
  });
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });
  });
});

/**
 * @param {import('./events.mjs').Templates} templates
 * @param {string} path
 * @param {string | undefined} id
 */
function objectAt(templates, path, id) {
  if (path === 'account') return { id: 'acct_bench', object: 'account' };
  const template = templates[paths[path] ?? ''];
  if (template === undefined) return undefined;
  if (id === undefined) return { object: 'list', data: [], has_more: false, url: `/v1/${path}` };
  return { ...template, id };
}

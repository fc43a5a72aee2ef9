import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { LockstepError } from 'lockstep';
import { lockstepNode } from 'lockstep/node';
import { lockstep } from './billing.js';
import { addUser, membership } from './members.js';
import { signedIn, signIn } from './session.js';

const billing = lockstepNode(lockstep, { basePath: '/billing' });

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

const routes: Record<string, Route> = {
  'POST /sign-in': async (request, response) => {
    const { username } = (await json(request)) as { username: string };
    await addUser(lockstep, username);
    response.setHeader('set-cookie', signIn(username));
    return { username };
  },
  'POST /subscribe': async (request) => {
    const user = signedIn(request.headers.cookie);
    // The server chooses the price, not the browser.
    return user && lockstep.subscriptions.create({ user, price: String(process.env.PRICE_ID) });
  },
  'GET /membership': async (request) => {
    const user = signedIn(request.headers.cookie);
    return user && { membership: await membership(lockstep, user.username) };
  },
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url?.startsWith('/billing/')) return billing(request, response);
  const route = routes[`${request.method} ${request.url}`];
  if (route === undefined) return void response.writeHead(404).end();
  try {
    const body = await route(request, response);
    if (body === null) return void response.writeHead(401).end();
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  } catch (error) {
    const known = error instanceof LockstepError;
    response.writeHead(known ? 422 : 500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: known ? { code: error.code, message: error.message } : {} }));
  }
}

await lockstep.start();
const server = createServer((request, response) => void answer(request, response));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
});
process.once('SIGTERM', () => server.close(() => void lockstep.stop()));

import Fastify from 'fastify';
import { LockstepError } from 'lockstep';
import { lockstepFastify } from 'lockstep/fastify';
import { lockstep } from './billing.js';
import { addUser, membership } from './members.js';
import { signedIn, signIn } from './session.js';

const app = Fastify({ forceCloseConnections: true });

// Bodies below /billing stay unparsed, because the signature is checked over the exact bytes that Stripe sent.
await app.register(lockstepFastify(lockstep), { prefix: '/billing' });

app.post<{ Body: { username: string } }>('/sign-in', async (request, reply) => {
  const { username } = request.body;
  await addUser(lockstep, username);
  return reply.header('set-cookie', signIn(username)).send({ username });
});

app.post('/subscribe', async (request, reply) => {
  const user = signedIn(request.headers.cookie);
  if (user === null) return reply.code(401).send();
  // The server chooses the price, not the browser.
  return lockstep.subscriptions.create({ user, price: String(process.env.PRICE_ID) });
});

app.get('/membership', async (request, reply) => {
  const user = signedIn(request.headers.cookie);
  if (user === null) return reply.code(401).send();
  return { membership: await membership(lockstep, user.username) };
});

app.setErrorHandler((error, _request, reply) => {
  const known = error instanceof LockstepError;
  return reply.code(known ? 422 : 500).send({ error: known ? { code: error.code, message: error.message } : {} });
});

app.addHook('onClose', () => lockstep.stop());
process.once('SIGTERM', () => void app.close());
await lockstep.start();
console.log(await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' }));

import express, { type ErrorRequestHandler } from 'express';
import { LockstepError } from 'lockstep';
import { lockstepExpress } from 'lockstep/express';
import { lockstep } from './billing.js';
import { addUser, membership } from './members.js';
import { signedIn, signIn } from './session.js';

const app = express();

// Before express.json(), because the signature is checked over the exact bytes that Stripe sent.
app.use('/billing', lockstepExpress(lockstep));
app.use(express.json());

app.post('/sign-in', async (req, res) => {
  const { username } = req.body as { username: string };
  await addUser(lockstep, username);
  res.setHeader('set-cookie', signIn(username)).json({ username });
});

app.post('/subscribe', async (req, res) => {
  const user = signedIn(req.headers.cookie);
  if (user === null) return void res.sendStatus(401);
  // The server chooses the price, not the browser.
  res.json(await lockstep.subscriptions.create({ user, price: String(process.env.PRICE_ID) }));
});

app.get('/membership', async (req, res) => {
  const user = signedIn(req.headers.cookie);
  if (user === null) return void res.sendStatus(401);
  res.json({ membership: await membership(lockstep, user.username) });
});

const onError: ErrorRequestHandler = (error, _req, res, _next) => {
  const known = error instanceof LockstepError;
  res.status(known ? 422 : 500).json({ error: known ? { code: error.code, message: error.message } : {} });
};
app.use(onError);

await lockstep.start();
const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
});
process.once('SIGTERM', () => server.close(() => void lockstep.stop()));

// Express with its body parser above Lockstep, as it must not be.
import express from 'express';
import { createLockstep } from 'lockstep';
import { lockstepExpress } from 'lockstep/express';

const { DATABASE_URL, STRIPE_API_BASE, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET } = process.env;
const lockstep = createLockstep({
  databaseUrl: DATABASE_URL,
  stripeApiBase: STRIPE_API_BASE,
  stripeKey: STRIPE_SECRET_KEY,
  webhookSecret: STRIPE_WEBHOOK_SECRET,
});
const app = express();
app.use(express.json());
app.use('/billing', lockstepExpress(lockstep, { identify: (req) => ({ username: req.headers['x-user'] }) }));
const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.once('SIGTERM', () => server.close(() => lockstep.stop()));

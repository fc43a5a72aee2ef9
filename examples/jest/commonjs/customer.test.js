const Stripe = require('stripe');

const { hostname: host, port } = new URL(process.env.STRIPE_API_BASE);
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, { host, port, protocol: 'http' });

test('a customer is there to be read', async () => {
  const { id } = await stripe.customers.create({ name: 'Ada' });
  expect(await stripe.customers.retrieve(id)).toMatchObject({ name: 'Ada' });
});

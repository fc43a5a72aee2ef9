import { Subscribe } from './subscribe-form';

export const dynamic = 'force-dynamic';

export default function Page() {
  return (
    <Subscribe
      stripeJs={process.env.STRIPE_JS_URL ?? 'https://js.stripe.com/v3/'}
      publishableKey={String(process.env.STRIPE_PUBLISHABLE_KEY)}
    />
  );
}

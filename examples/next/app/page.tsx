import { lockstep } from '../lib/billing';
import { plans } from '../lib/plans';
import { currentUser } from '../lib/session';
import { openPortal, signIn } from './actions';
import { Subscribe } from './subscribe';
import { Upgrade } from './upgrade';

export default async function Page() {
  const user = await currentUser();
  if (user === null) return <SignIn />;

  const subscription = await (await lockstep.for(user)).subscription();
  const plan = subscription?.items.some(({ price }) => price === plans.business) ? 'Business' : 'Team';
  const end = subscription?.endsAt && day(subscription.endsAt);
  if (!subscription?.access) {
    return (
      <Subscribe
        status={end ? `${plan} ended on ${end}.` : 'You have no subscription.'}
        stripeJs={process.env.STRIPE_JS_URL ?? 'https://js.stripe.com/v3/'}
        publishableKey={String(process.env.STRIPE_PUBLISHABLE_KEY)}
      />
    );
  }
  return (
    <>
      <p role="status">{`${plan} is ${subscription.status}.${end ? ` It ends on ${end}.` : ''}`}</p>
      <a href="/account/notes">Notes</a>
      <a href="/account/reports">Reports</a>
      {plan === 'Team' && !end && <Upgrade subscription={subscription.id} />}
      <form action={openPortal}>
        <button className="quiet">Manage billing</button>
      </form>
    </>
  );
}

function SignIn() {
  return (
    <form action={signIn}>
      <label>
        Username <input name="username" autoComplete="username" required />
      </label>
      <button>Sign in</button>
    </form>
  );
}

const day = (time: Date): string => time.toLocaleDateString('en', { dateStyle: 'medium', timeZone: 'UTC' });

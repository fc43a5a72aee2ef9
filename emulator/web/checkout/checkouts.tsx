import type Stripe from 'stripe';
import { money } from '../../../web/shared/money.js';
import { StripeTime } from '../../../web/shared/moment.js';
import type { Kind } from '../kind.js';
import { LineItems } from '../invoice/line-items.js';
import { linkTo, personName, PersonLink } from '../customer/person.js';

type Session = Stripe.Checkout.Session;

const modes: Readonly<Record<Session['mode'], string>> = {
  payment: 'Payment',
  setup: 'Setup',
  subscription: 'Subscription',
};
const total = ({ amount_total, currency }: Session): string => money(amount_total, currency ?? 'usd');
/** The customer, else the name or email entered on the page. */
const payer = (session: Session): string =>
  session.customer === null
    ? (session.customer_details?.name ?? session.customer_details?.email ?? session.customer_email ?? '–')
    : personName(session.customer);
const shownPayer = (session: Session) =>
  session.customer === null ? payer(session) : <PersonLink of={session.customer} />;

/** The list and the page of checkout sessions. */
export const checkouts: Kind<Session> = {
  view: 'checkouts',
  title: 'Checkout sessions',
  one: 'session',
  about: 'Sessions of the hosted payment page',
  path: '/v1/checkout/sessions',
  // No event reports a new session, so the list is read again after each API request.
  follow: ['checkout.session', 'customer', 'request'],
  expand: ['customer'],
  empty: 'Create one through the API, or open a payment link.',
  columns: [
    { label: 'For', cell: ({ mode }) => modes[mode], by: ({ mode }) => mode },
    { label: 'Customer', cell: shownPayer, by: payer },
    { label: 'Amount', cell: total, by: (session) => session.amount_total, right: true },
    { label: 'Payment', cell: ({ payment_status }) => payment_status.replaceAll('_', ' ') },
  ],
  statuses: ['open', 'complete', 'expired'],
  listedByStatus: true,
  heading: (session) => `${modes[session.mode]}${session.amount_total === null ? '' : ` of ${total(session)}`}`,
  facts: (session) => [
    ['Customer', shownPayer(session)],
    ['Amount', session.amount_total === null ? undefined : <strong>{total(session)}</strong>],
    ['Payment', session.payment_status.replaceAll('_', ' ')],
    ['Reference', session.client_reference_id ?? undefined],
    ['Subscription', linkTo('subscriptions', session.subscription)],
    ['Invoice', linkTo('invoices', session.invoice)],
    ['Payment intent', linkTo('payments', session.payment_intent)],
    ['Setup intent', linkTo('objects', session.setup_intent)],
    ['Payment link', linkTo('objects', session.payment_link)],
    ['Return URL', session.success_url ?? session.return_url ?? undefined],
    ['Expires', session.status === 'open' ? <StripeTime at={session.expires_at} /> : undefined],
  ],
  steps: [
    {
      ...{ button: 'Expire session', of: ['open'], path: '/expire', done: 'Session expired', danger: true },
      ask: 'its page stops accepting payments. This cannot be undone.',
    },
  ],
  links: ({ status, url }) =>
    status === 'open' && url !== null ? (
      <a class="button" href={url} target="_blank" rel="noreferrer">
        Open page
      </a>
    ) : undefined,
  body: ({ row }) => <LineItems path={`/v1/checkout/sessions/${row.id}`} follow={['checkout.session']} />,
};

import type Stripe from 'stripe';
import { money } from '../../../web/shared/money.js';
import { day } from '../../../web/shared/moment.js';
import type { Kind } from '../kind.js';
import { LineItems } from '../invoice/line-items.js';
import { linkTo, personName, PersonLink } from '../customer/person.js';

const total = (quote: Stripe.Quote): string => money(quote.amount_total, quote.currency ?? 'usd');

/** The list and the page of quotes. */
export const quotes: Kind<Stripe.Quote> = {
  view: 'quotes',
  title: 'Quotes',
  one: 'quote',
  path: '/v1/quotes',
  // Some changes of a draft have no event, so the list is read again after each API request.
  follow: ['quote', 'customer', 'request'],
  expand: ['customer'],
  empty: 'Create one through the API. You can finalize, accept and cancel it here.',
  columns: [
    { label: 'Number', cell: ({ number }) => number ?? <span class="soft">No number yet</span>, by: (q) => q.number },
    { label: 'Customer', cell: ({ customer }) => <PersonLink of={customer} />, by: (q) => personName(q.customer) },
    { label: 'Amount', cell: total, by: (quote) => quote.amount_total, right: true },
  ],
  statuses: ['draft', 'open', 'accepted', 'canceled'],
  listedByStatus: true,
  heading: (quote) => `${quote.number ?? 'Draft quote'} – ${personName(quote.customer)}`,
  facts: (quote) => [
    ['Customer', <PersonLink of={quote.customer} />],
    ['Total', <strong>{total(quote)}</strong>],
    ['Description', quote.description ?? undefined],
    ['Open until', day(quote.expires_at * 1000)],
    ['Subscription', linkTo('subscriptions', quote.subscription)],
    ['Schedule', linkTo('schedules', quote.subscription_schedule)],
    ['Invoice', linkTo('invoices', quote.invoice)],
  ],
  steps: [
    { button: 'Finalize quote', of: ['draft'], path: '/finalize', done: 'Quote finalized' },
    { button: 'Accept quote', of: ['open'], path: '/accept', done: 'Quote accepted' },
    {
      ...{ button: 'Cancel quote', of: ['draft', 'open'], path: '/cancel', done: 'Quote canceled', danger: true },
      ask: 'nobody can accept it afterwards. This cannot be undone.',
    },
  ],
  body: ({ row }) => <LineItems path={`/v1/quotes/${row.id}`} follow={['quote', 'request']} />,
};

import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { day } from '../../../web/shared/moment.js';
import { priceText } from '../../../web/shared/money.js';
import { Pill } from '../../../web/shared/pill.js';
import { Table, type Column } from '../../../web/shared/table.js';
import type { Kind } from '../kind.js';
import { useList } from '../loaded.js';
import { Section } from '../object-page.js';
import { idIn, linkTo, personName, PersonLink } from '../customer/person.js';
import { href } from '../route.js';
import { useProductNames } from './subscriptions.js';

type Schedule = Stripe.SubscriptionSchedule;
type Phase = Stripe.SubscriptionSchedule.Phase & { id: string; when: 'past' | 'now' | 'next' };

const span = (start: number, end: number): string => `${day(start * 1000)} – ${day(end * 1000)}`;
const going = ['not_started', 'active'];

/** Planned subscription changes. */
export const schedules: Kind<Schedule> = {
  view: 'schedules',
  title: 'Schedules',
  one: 'schedule',
  about: 'Planned subscription changes',
  path: '/v1/subscription_schedules',
  follow: ['subscription_schedule', 'customer'],
  expand: ['customer'],
  empty: 'Create one through the API, from scratch or from a subscription.',
  columns: [
    { label: 'Customer', cell: ({ customer }) => <PersonLink of={customer} />, by: (s) => personName(s.customer) },
    { label: 'Phases', cell: ({ phases }) => String(phases.length), by: ({ phases }) => phases.length, right: true },
    {
      label: 'Now',
      cell: ({ current_phase: now }) =>
        now === null ? <span class="soft">–</span> : span(now.start_date, now.end_date),
    },
  ],
  statuses: ['not_started', 'active', 'completed', 'released', 'canceled'],
  listedByStatus: false,
  heading: ({ customer }) => `Schedule of ${personName(customer)}`,
  facts: (schedule) => [
    ['Customer', <PersonLink of={schedule.customer} />],
    ['Subscription', linkTo('subscriptions', schedule.subscription ?? schedule.released_subscription)],
    ['At the end', schedule.end_behavior === 'cancel' ? 'The subscription is canceled' : 'The subscription continues'],
    ['Completed', schedule.completed_at === null ? undefined : day(schedule.completed_at * 1000)],
    ['Released', schedule.released_at === null ? undefined : day(schedule.released_at * 1000)],
    ['Canceled', schedule.canceled_at === null ? undefined : day(schedule.canceled_at * 1000)],
  ],
  steps: [
    {
      ...{ button: 'Release schedule', of: going, path: '/release', done: 'Schedule released' },
      ask: 'the subscription continues as it is, without the planned changes.',
    },
    {
      ...{ button: 'Cancel schedule', of: going, path: '/cancel', done: 'Schedule canceled', danger: true },
      ask: 'the subscription is canceled with it immediately. This cannot be undone.',
    },
  ],
  body: Phases,
};

function Phases({ row }: { row: Schedule }): VNode {
  const now = row.current_phase?.start_date;
  const current = row.phases.findIndex(({ start_date }) => start_date === now);
  const phases = row.phases.map((phase, index): Phase => {
    const past = current === -1 ? row.status !== 'not_started' : index < current;
    return { ...phase, id: String(index), when: index === current ? 'now' : past ? 'past' : 'next' };
  });
  return (
    <Section title="Phases">
      <Table label="Phases" columns={columnsWith(usePriceNames())} rows={phases} empty={<Empty title="No phases" />} />
    </Section>
  );
}

function PriceLink({ id, names }: { id: string; names: ReadonlyMap<string, string> }): VNode {
  return <a href={href('objects', id)}>{names.get(id) ?? id}</a>;
}

/** The product's name and the price as text, by price id. Covers the newest hundred prices. */
function usePriceNames(): ReadonlyMap<string, string> {
  const products = useProductNames();
  const prices = useList<Stripe.Price>('/v1/prices', ['price']);
  return new Map(
    (prices.value.value ?? []).map((price) => [
      price.id,
      `${products.get(idIn(price.product) ?? '') ?? ''}, ${priceText(price)}`,
    ]),
  );
}

const prorations: Readonly<Record<Phase['proration_behavior'], string>> = {
  always_invoice: 'Prorated, invoiced now',
  create_prorations: 'Prorated',
  none: 'None',
};

const columnsWith = (prices: ReadonlyMap<string, string>): readonly Column<Phase>[] => [
  { label: 'Period', cell: ({ start_date, end_date }) => span(start_date, end_date) },
  {
    label: 'Prices',
    cell: ({ items }) =>
      items.map(({ price, quantity }, index) => (
        <div key={index}>
          {(quantity ?? 1) > 1 && `${quantity} × `}
          <PriceLink id={idIn(price) ?? ''} names={prices} />
        </div>
      )),
  },
  {
    label: 'Proration',
    cell: ({ proration_behavior: how }) => prorations[how],
  },
  {
    label: 'When',
    cell: ({ when }) => (when === 'now' ? <Pill tone="accent">Now</Pill> : <span class="soft">{when}</span>),
    right: true,
  },
];

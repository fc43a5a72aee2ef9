import type Stripe from 'stripe';
import { money } from '../../../web/shared/money.js';
import { day } from '../../../web/shared/moment.js';
import type { Kind } from '../kind.js';
import { linkTo, personName, PersonLink } from '../customer/person.js';

type Dispute = Stripe.Dispute;

const customerOf = ({ charge }: Dispute): Stripe.Charge['customer'] =>
  typeof charge === 'string' ? null : charge.customer;
/** Whether the dispute belongs to the customer. */
export const isOf = (customer: string) => (dispute: Dispute) => {
  const owner = customerOf(dispute);
  return (typeof owner === 'string' ? owner : owner?.id) === customer;
};
const evidence = (text: string) => ({ evidence: { uncategorized_text: text }, submit: true });
const waiting = ['needs_response', 'warning_needs_response'];

/** Payments disputed by customers. */
export const disputes: Kind<Dispute> = {
  view: 'disputes',
  title: 'Disputes',
  one: 'dispute',
  about: 'Payments disputed by customers',
  path: '/v1/disputes',
  follow: ['dispute', 'charge'],
  expand: ['charge.customer'],
  empty: 'Open a payment and dispute it, or pay with the number 4000 0000 0000 0259.',
  columns: [
    {
      label: 'Amount',
      cell: (dispute) => <strong>{money(dispute.amount, dispute.currency)}</strong>,
      by: (d) => d.amount,
    },
    {
      label: 'Customer',
      cell: (dispute) => <PersonLink of={customerOf(dispute)} />,
      by: (dispute) => personName(customerOf(dispute)),
    },
    { label: 'Reason', cell: ({ reason }) => reason.replaceAll('_', ' '), by: ({ reason }) => reason },
  ],
  statuses: [
    ...['needs_response', 'under_review', 'won', 'lost'],
    ...['warning_needs_response', 'warning_under_review', 'warning_closed'],
  ],
  listedByStatus: false,
  heading: (dispute) => `${money(dispute.amount, dispute.currency)} – ${personName(customerOf(dispute))}`,
  facts: (dispute) => [
    ['Customer', <PersonLink of={customerOf(dispute)} />],
    ['Reason', dispute.reason.replaceAll('_', ' ')],
    ['Payment', linkTo('payments', dispute.payment_intent)],
    ['Charge', linkTo('objects', dispute.charge)],
    [
      'Evidence',
      dispute.evidence_details.submission_count > 0
        ? `Submitted ${dispute.evidence_details.submission_count} ×`
        : dispute.evidence_details.has_evidence
          ? 'Written, not submitted'
          : 'None',
    ],
    ['Respond by', dispute.evidence_details.due_by === null ? undefined : day(dispute.evidence_details.due_by * 1000)],
    ['Refundable', dispute.is_charge_refundable ? 'Yes, no funds withdrawn yet' : undefined],
  ],
  // In test mode, these texts as evidence decide the dispute: https://docs.stripe.com/testing#disputes
  steps: [
    {
      ...{
        button: 'Win dispute',
        of: waiting,
        path: '',
        params: evidence('winning_evidence'),
        done: 'Evidence submitted',
      },
      ask: 'submits evidence with which you win.',
    },
    {
      ...{
        button: 'Lose dispute',
        of: waiting,
        path: '',
        params: evidence('losing_evidence'),
        done: 'Evidence submitted',
      },
      ask: 'submits evidence with which you lose.',
    },
    {
      ...{ button: 'Accept dispute', of: waiting, path: '/close', done: 'Dispute closed', danger: true },
      ask: 'accepts the dispute without evidence. This cannot be undone.',
    },
  ],
};

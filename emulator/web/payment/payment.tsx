import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Facts } from '../../../web/shared/facts.js';
import { Id } from '../../../web/shared/id.js';
import { money } from '../../../web/shared/money.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import { Table, type Column } from '../../../web/shared/table.js';
import { toast } from '../../../web/shared/toast.js';
import { Action } from '../action.js';
import { Confirm } from '../confirm.js';
import { DisputeForm } from './dispute-form.js';
import { disputes } from './disputes.js';
import { useEmulator } from '../emulator.js';
import { EventTable } from '../event/event-table.js';
import { RowsOf } from '../kind.js';
import { useList, useObject } from '../loaded.js';
import { Head, ObjectPage, Section } from '../object-page.js';
import { payer } from './payments.js';
import { PersonLink } from '../customer/person.js';
import { RefundForm } from './refund-form.js';
import { href } from '../route.js';

type Payment = Stripe.PaymentIntent;
type PaymentDialog = 'refund' | 'dispute' | 'cancel';

const expand = ['customer', 'latest_charge', 'payment_method'];
const CANCELABLE: ReadonlySet<string> = new Set([
  'processing',
  'requires_action',
  'requires_capture',
  'requires_confirmation',
  'requires_payment_method',
]);

/** One payment, with actions to capture, cancel, or refund it. */
export function Payment({ id }: { id: string }): VNode {
  const path = `/v1/payment_intents/${id}`;
  const loaded = useObject<Payment>(path, ['payment_intent', 'charge', 'refund', 'dispute'], { expand });
  const open = useSignal<PaymentDialog | null>(null);
  const close = (): void => {
    open.value = null;
  };
  return (
    <ObjectPage back={{ href: href('payments'), text: 'Payments' }} loaded={loaded}>
      {(payment) => (
        <>
          <Head
            title={`${money(payment.amount, payment.currency)} – ${payer(payment)}`}
            under={
              <>
                <StatusPill status={statusOf(payment)} /> <Id value={payment.id} />
              </>
            }
            json={payment.id}
            actions={<Actions payment={payment} path={path} onOpen={(dialog) => (open.value = dialog)} />}
          />
          <Section title="Details">
            <div class="card">
              <Facts rows={details(payment)} />
            </div>
          </Section>
          <Refunds id={id} />
          <RowsOf kind={disputes} params={{ payment_intent: id }} />
          <Section title="Events">
            <EventTable of={id} about={(object) => object['payment_intent'] === id} />
          </Section>
          {open.value === 'refund' && <RefundForm payment={payment} left={refundable(payment)} onClose={close} />}
          {open.value === 'dispute' && <DisputeForm payment={payment} onClose={close} />}
          {open.value === 'cancel' && <CancelForm payment={payment} path={path} onClose={close} />}
        </>
      )}
    </ObjectPage>
  );
}

function Actions(props: { payment: Payment; path: string; onOpen: (dialog: PaymentDialog) => void }): VNode {
  const { payment, path, onOpen } = props;
  const { api } = useEmulator();
  return (
    <>
      {refundable(payment) > 0 && (
        <button type="button" class="button" onClick={() => onOpen('refund')}>
          Refund payment
        </button>
      )}
      {isDisputable(payment) && (
        <button type="button" class="button" onClick={() => onOpen('dispute')}>
          Dispute payment
        </button>
      )}
      {payment.status === 'requires_capture' && (
        <Action send={() => api.post(`${path}/capture`)} done="Payment captured">
          Capture payment
        </Action>
      )}
      {CANCELABLE.has(payment.status) && (
        <button type="button" class="button danger" onClick={() => onOpen('cancel')}>
          Cancel payment
        </button>
      )}
    </>
  );
}

function CancelForm(props: { payment: Payment; path: string; onClose: () => void }): VNode {
  const { payment, path, onClose } = props;
  const { api } = useEmulator();
  return (
    <Confirm
      title={`Cancel the payment of ${money(payment.amount, payment.currency)}?`}
      confirm="Cancel payment now"
      keep="Keep payment"
      onClose={onClose}
      onConfirm={async () => {
        await api.post(`${path}/cancel`);
        toast('Payment canceled');
      }}
    >
      <p>
        <Id value={payment.id} /> can no longer be confirmed or captured.
      </p>
    </Confirm>
  );
}

function Refunds({ id }: { id: string }): VNode {
  const list = useList<Stripe.Refund>('/v1/refunds', ['refund'], { payment_intent: id });
  return (
    <Section title="Refunds">
      <Table
        label="Refunds"
        columns={refundColumns}
        rows={list.value.value}
        failed={list.failed.value}
        onRetry={list.again}
        href={(refund) => href('objects', refund.id)}
        empty={<Empty title="No refunds" />}
      />
    </Section>
  );
}

const refundColumns: readonly Column<Stripe.Refund>[] = [
  { label: 'Amount', cell: (refund) => money(refund.amount, refund.currency), by: (refund) => refund.amount },
  { label: 'Status', cell: (refund) => <StatusPill status={refund.status ?? 'pending'} /> },
  { label: 'Reason', cell: (refund) => refund.reason?.replaceAll('_', ' ') ?? <span class="soft">–</span> },
  { label: 'ID', cell: (refund) => <Id value={refund.id} /> },
  { label: 'Created', cell: (refund) => <StripeTime at={refund.created} />, right: true },
];

function details(payment: Payment): [string, VNode | string | null | undefined][] {
  const { payment_method: method, last_payment_error: problem } = payment;
  const charge = chargeOf(payment);
  const card = typeof method === 'object' && method !== null ? method.card : undefined;
  return [
    ['Customer', <PersonLink of={payment.customer} />],
    ['Received', money(payment.amount_received, payment.currency)],
    ['Refunded', charge && charge.amount_refunded > 0 ? money(charge.amount_refunded, charge.currency) : undefined],
    ['Capturable', payment.amount_capturable > 0 ? money(payment.amount_capturable, payment.currency) : undefined],
    ['Card', card ? `${card.brand} ···· ${card.last4}` : undefined],
    ['Last error', problem ? (problem.message ?? problem.code) : undefined],
    ['Description', payment.description ?? undefined],
    ['Charge', charge ? <a href={href('objects', charge.id)}>{charge.id}</a> : undefined],
    ['Created', <StripeTime at={payment.created} />],
    ['Canceled', payment.canceled_at === null ? undefined : <StripeTime at={payment.canceled_at} />],
  ];
}

function chargeOf({ latest_charge: charge }: Payment): Stripe.Charge | undefined {
  return typeof charge === 'object' && charge !== null ? charge : undefined;
}

/** The amount that can still be refunded, in minor units. */
function refundable(payment: Payment): number {
  const charge = chargeOf(payment);
  return charge?.captured === true ? charge.amount - charge.amount_refunded : 0;
}

function isDisputable(payment: Payment): boolean {
  const charge = chargeOf(payment);
  return charge?.captured === true && charge.status === 'succeeded' && !charge.disputed;
}

function statusOf(payment: Payment): string {
  const charge = chargeOf(payment);
  if (charge?.captured !== true) return payment.status;
  if (charge.refunded) return 'refunded';
  return charge.amount_refunded > 0 ? 'partially_refunded' : payment.status;
}

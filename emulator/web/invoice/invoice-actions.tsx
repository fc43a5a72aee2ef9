import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { Choice } from '../../../web/shared/field.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { money } from '../../../web/shared/money.js';
import { toast } from '../../../web/shared/toast.js';
import { Action } from '../action.js';
import { Confirm } from '../confirm.js';
import { useEmulator } from '../emulator.js';
import { href } from '../route.js';

/** The actions that open a dialog first. */
export type InvoiceStep = 'pay' | 'void' | 'mark_uncollectible' | 'delete';

/** The buttons for what can be done with the invoice in its status. */
export function InvoiceActions(props: { invoice: Stripe.Invoice; onAsk: (step: InvoiceStep) => void }): VNode | null {
  const { api } = useEmulator();
  const { invoice } = props;
  const path = `/v1/invoices/${invoice.id}`;
  const status = invoice.status ?? 'draft';
  const offered = steps.filter(({ of }) => of.includes(status));
  return (
    <>
      {status === 'draft' && (
        <Action send={() => api.post(`${path}/finalize`)} done="Invoice finalized">
          Finalize invoice
        </Action>
      )}
      {invoice.collection_method === 'send_invoice' && (status === 'draft' || status === 'open') && (
        <Action send={() => api.post(`${path}/send`)} done="Invoice sent">
          Send invoice
        </Action>
      )}
      {offered.map(({ step, button, danger }) => (
        <button key={step} type="button" class={`button ${danger ? 'danger' : ''}`} onClick={() => props.onAsk(step)}>
          {button}
        </button>
      ))}
    </>
  );
}

const steps: readonly { step: InvoiceStep; button: string; of: readonly string[]; danger?: true }[] = [
  { step: 'pay', button: 'Pay invoice', of: ['open', 'uncollectible'] },
  { step: 'mark_uncollectible', button: 'Mark uncollectible', of: ['open'] },
  { step: 'void', button: 'Void invoice', of: ['open', 'uncollectible'], danger: true },
  { step: 'delete', button: 'Delete draft', of: ['draft'], danger: true },
];

/** The dialog of one action. It names the invoice. */
export function InvoiceDialog(props: { invoice: Stripe.Invoice; step: InvoiceStep; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const { invoice, step, onClose } = props;
  if (step === 'pay') return <PayDialog invoice={invoice} onClose={onClose} />;
  const { question, confirm, done, about } = words[step];
  const name = invoice.number ?? 'draft';
  const path = `/v1/invoices/${invoice.id}`;
  return (
    <Confirm
      title={question.replace('{name}', name)}
      confirm={confirm}
      keep="Keep invoice"
      onClose={onClose}
      onConfirm={async () => {
        await (step === 'delete' ? api.delete(path) : api.post(`${path}/${step}`));
        toast(done);
        if (step === 'delete') location.assign(href('invoices'));
      }}
    >
      <p>{about}</p>
    </Confirm>
  );
}

const words = {
  void: {
    question: 'Void the invoice {name}?',
    confirm: 'Void invoice now',
    done: 'Invoice voided',
    about: 'It can no longer be paid. This cannot be undone.',
  },
  mark_uncollectible: {
    question: 'Mark the invoice {name} as uncollectible?',
    confirm: 'Mark uncollectible now',
    done: 'Invoice marked uncollectible',
    about: 'It is written off as bad debt. It can still be paid or voided.',
  },
  delete: {
    question: 'Delete the {name} invoice?',
    confirm: 'Delete draft now',
    done: 'Draft deleted',
    about: 'Its items become available for another invoice. This cannot be undone.',
  },
} as const;

function PayDialog({ invoice, onClose }: { invoice: Stripe.Invoice; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const how = useSignal('charge');
  const amount = money(invoice.amount_remaining, invoice.currency);
  return (
    <Dialog title={`Pay ${invoice.number ?? 'the invoice'}`} onClose={onClose}>
      <Form
        submission={submission}
        submit={`Pay ${amount}`}
        onCancel={onClose}
        onSubmit={async () => {
          const params = how.value === 'outside' ? { paid_out_of_band: true } : {};
          await api.post(`/v1/invoices/${invoice.id}/pay`, params);
          toast(`${amount} paid`);
          onClose();
        }}
      >
        <fieldset class="field" aria-label="Payment">
          <Choice name="how" option="charge" value={how}>
            Charge the customer’s default payment method
          </Choice>
          <Choice name="how" option="outside" value={how}>
            Mark as paid outside of Stripe
          </Choice>
        </fieldset>
      </Form>
    </Dialog>
  );
}

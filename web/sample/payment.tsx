import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSubmission } from '../shared/form.js';
import { money } from '../shared/money.js';
import type { SamplePlan, SampleSession } from '../../src/demo/sample/answers.js';
import { loadStripeJs, type Elements, type StripeJs } from './stripe-js.js';

/** The intent that must be confirmed before the subscription becomes active. */
export interface Due {
  readonly plan: SamplePlan;
  readonly kind: 'payment' | 'setup';
  readonly clientSecret: string;
}

/** The payment form, drawn and confirmed by Stripe.js. */
export function Payment(props: {
  session: SampleSession;
  due: Due;
  onPaid: () => Promise<void>;
  onBack: () => void;
}): VNode {
  const { due, session } = props;
  const submission = useSubmission();
  const { place, form, state, failed } = usePaymentElement(session, due);
  const price = money(due.plan.amount, due.plan.currency);
  const pay = async (): Promise<void> => {
    if (form.current !== null && (await confirm(form.current, due))) await props.onPaid();
  };

  return (
    <section class="card panel" aria-labelledby="payment">
      <h1 id="payment">{due.kind === 'payment' ? 'Payment' : 'Start the trial'}</h1>
      <p>
        <strong>{due.plan.product}</strong>, {price} / {due.plan.interval}
        {due.kind === 'setup' && <span class="soft"> · nothing to pay today; the card is saved for later</span>}
      </p>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          submission.run(pay);
        }}
      >
        {state.value === 'loading' && <span class="skeleton" aria-label="Loading the payment form" />}
        {state.value === 'failed' && (
          <p class="form-error" role="alert">
            {failed.value}
          </p>
        )}
        <div ref={place} />
        {submission.error.value !== null && (
          <p class="form-error" role="alert">
            {submission.error.value}
          </p>
        )}
        <div class="pay">
          <button type="button" class="button large" disabled={submission.busy.value} onClick={props.onBack}>
            Back
          </button>
          <button
            type="submit"
            class="button primary large"
            disabled={state.value !== 'ready' || submission.busy.value}
          >
            {submission.busy.value ? 'Paying …' : due.kind === 'payment' ? `Pay ${price}` : 'Start trial'}
          </button>
        </div>
      </form>
    </section>
  );
}

interface PaymentForm {
  stripe: StripeJs;
  elements: Elements;
}

/** Draws Stripe's form in `place` once Stripe.js is loaded, and removes it when the component goes. */
function usePaymentElement({ stripeJsUrl, publishableKey }: SampleSession, { clientSecret }: Due) {
  const place = useRef<HTMLDivElement>(null);
  const form = useRef<PaymentForm | null>(null);
  const state = useSignal<'loading' | 'ready' | 'failed'>('loading');
  const failed = useSignal('');
  useEffect(() => {
    let gone = false;
    let unmount = (): void => undefined;
    loadStripeJs(stripeJsUrl, publishableKey).then(
      (stripe) => {
        if (gone || !place.current) return;
        const elements = stripe.elements({ clientSecret, appearance: appearance() });
        const element = elements.create('payment');
        element.mount(place.current);
        const unwatch = watchTheme(() => elements.update({ appearance: appearance() }));
        unmount = () => {
          unwatch();
          element.destroy();
        };
        form.current = { stripe, elements };
        state.value = 'ready';
      },
      (thrown: Error) => {
        failed.value = thrown.message;
        state.value = 'failed';
      },
    );
    return () => {
      gone = true;
      unmount();
    };
  }, [clientSecret]);
  return { place, form, state, failed };
}

/** Confirms the intent. Resolves with false if a field has a mistake, which Stripe's form shows below the field. */
async function confirm({ stripe, elements }: PaymentForm, { kind }: Due): Promise<boolean> {
  const options = {
    elements,
    redirect: 'if_required' as const,
    confirmParams: { return_url: new URL('/sample', location.href).href },
  };
  const { error } = await (kind === 'payment' ? stripe.confirmPayment(options) : stripe.confirmSetup(options));
  if (error?.type === 'validation_error') return false;
  if (error) throw new Error(error.message ?? 'The payment failed.');
  return true;
}

/** The page's design tokens as plain values. Stripe.js cannot read the tokens themselves. */
function appearance(): unknown {
  const dark = getComputedStyle(document.documentElement).colorScheme === 'dark' || prefersDark();
  return {
    theme: dark ? 'night' : 'stripe',
    variables: { colorPrimary: dark ? '#62cbc0' : '#0d6b64', borderRadius: '6px' },
  };
}

/** Calls at each change of the theme, by the switch or by the system. Returns what ends that. */
function watchTheme(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = new MutationObserver(changed);
  system.addEventListener('change', changed);
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', changed);
    chosen.disconnect();
  };
}

function prefersDark(): boolean {
  return document.documentElement.dataset['theme'] === undefined && matchMedia('(prefers-color-scheme: dark)').matches;
}

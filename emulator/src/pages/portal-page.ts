import type Stripe from 'stripe';
import { Problem, invalid, missing } from '../api/problem.js';
import { written } from '../nouns/price/currency.js';
import { attach } from '../nouns/payment-method/attach.js';
import { setDefault } from '../nouns/customer/operations.js';
import { sessionOfPage } from '../nouns/portal-session/operations.js';
import { endSubscription, hasEnded } from '../nouns/subscription/end.js';
import { updateSubscription } from '../nouns/subscription/update.js';
import type { SubscriptionRow } from '../nouns/subscription/row.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { cardFields, enteredCard } from './card-fields.js';
import type { Html } from './html.js';
import { html, linkTo, page } from './html.js';
import type { PageReply, PageRequest, PageWork } from './reply.js';
import { goTo, show } from './reply.js';
import { switchForm, switchPrice } from './portal-prices.js';

type Session = Stripe.BillingPortal.Session;
type Features = Stripe.BillingPortal.Configuration['features'];

/** The page on which customers manage their billing, as far as the session's configuration allows. */
export function portalPage({ api, verb, id, form }: PageRequest): PageReply {
  try {
    if (verb === 'POST') {
      api.internally((unit) => act(unit, session(unit, id), form));
      return goTo(`/p/session/${id}`);
    }
    return view(api, id);
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 404) throw error;
    return view(api, id, error.message);
  }
}

function session(unit: Unit, slug: string): Session {
  const row = sessionOfPage(unit, slug);
  if (row === undefined) throw missing('session', slug, 'id', 404);
  return row;
}

const featuresOf = (unit: Unit, row: Session): Features =>
  unit.need('billing_portal.configuration', idOf(row.configuration) ?? '').features;

const actions: Readonly<Record<string, (unit: Unit, row: Session, form: URLSearchParams) => void>> = {
  cancel: (unit, row, form) => {
    const { enabled, mode } = featuresOf(unit, row).subscription_cancel;
    const { id } = own(unit, row, form);
    if (!enabled) throw invalid('You cannot cancel subscriptions here.');
    if (mode === 'immediately') endSubscription(unit, id);
    // Not `cancel_at_period_end`: since flexible billing the portal sets the date alone.
    else updateSubscription(unit, id, { cancel_at: 'min_period_end' });
  },
  renew: (unit, row, form) => void updateSubscription(unit, own(unit, row, form).id, { cancel_at: null }),
  switch: (unit, row, form) =>
    switchPrice(unit, own(unit, row, form), featuresOf(unit, row).subscription_update, form.get('price')),
  card: (unit, row, form) => {
    if (!featuresOf(unit, row).payment_method_update.enabled) throw invalid('You cannot change cards here.');
    const method = attach(unit, enteredCard(unit, form).id, row.customer, 'payment_method');
    setDefault(unit, row.customer, method.id);
  },
  details: (unit, row, form) => {
    const { enabled, allowed_updates: allowed } = featuresOf(unit, row).customer_update;
    if (!enabled) throw invalid('You cannot change your details here.');
    const changes = (['email', 'name'] as const).filter((name) => allowed.includes(name) && form.get(name));
    unit.update('customer', row.customer, Object.fromEntries(changes.map((name) => [name, form.get(name)])));
  },
};

function act(unit: Unit, row: Session, form: URLSearchParams): void {
  const action = actions[form.get('action') ?? ''];
  if (action === undefined) throw invalid('Unknown action.', 'action');
  action(unit, row, form);
}

function own(unit: Unit, row: Session, form: URLSearchParams): SubscriptionRow {
  const subscription = unit.need('subscription', form.get('subscription') ?? '');
  if (idOf(subscription.customer) !== row.customer) throw missing('subscription', subscription.id, 'id', 404);
  return subscription;
}

function view(api: PageWork, slug: string, problem?: string): PageReply {
  return api.internally((unit) => {
    const row = session(unit, slug);
    const features = featuresOf(unit, row);
    const content = html`${problem === undefined ? null : html`<p role="alert">${problem}</p>`}
    ${subscriptions(unit, row, features)} ${card(unit, row, features)} ${details(unit, row, features)}
    ${features.invoice_history.enabled ? invoices(unit, row) : null}
    ${row.return_url === null ? null : html`<p>${linkTo(row.return_url, 'Return')}</p>`}`;
    return show(page('Your billing', content), problem === undefined ? 200 : 400);
  });
}

function subscriptions(unit: Unit, row: Session, features: Features): Html {
  const live = liveOf(unit, row);
  return html`<h2>Subscriptions</h2>
    ${live.length === 0 ? html`<p>No subscriptions.</p>` : live.map((one) => subscription(unit, one, features))}`;
}

function subscription(unit: Unit, row: SubscriptionRow, features: Features): Html {
  const names = unit.all('subscription_item', 'subscription', row.id).map(({ price }) => {
    const found = unit.find('price', price);
    return `${unit.find('product', found?.product)?.name ?? 'Plan'}, ${written(found?.unit_amount ?? 0, row.currency)}`;
  });
  const ends = row.cancel_at === null ? null : html` and ends on ${dayOf(row.cancel_at)}`;
  const action = row.cancel_at === null ? 'cancel' : 'renew';
  const offered = action === 'renew' || features.subscription_cancel.enabled;
  return html`<p>${names.join('; ')}: ${row.status}${ends}</p>
    ${
      offered
        ? html`<form method="post">
            <input type="hidden" name="subscription" value="${row.id}" />
            <button class="quiet" name="action" value="${action}">
              ${action === 'cancel' ? 'Cancel' : 'Keep'} ${names.join('; ')}
            </button>
          </form>`
        : null
    }
    ${switchForm(unit, row, features.subscription_update)}`;
}

const liveOf = (unit: Unit, { customer }: Session): SubscriptionRow[] =>
  unit.all('subscription', 'customer', customer).filter((one) => !hasEnded(one));

/** The customer's, or what the newest subscription is paid with. */
function card(unit: Unit, row: Session, features: Features): Html | null {
  const id = idOf(unit.need('customer', row.customer).invoice_settings.default_payment_method);
  const method = unit.find('payment_method', id ?? idOf(liveOf(unit, row).at(-1)?.default_payment_method ?? null));
  if (!features.payment_method_update.enabled) return null;
  return html`<h2>Card</h2>
    <p>${method?.card === undefined ? 'No card on file.' : `${method.card.brand} ending in ${method.card.last4}`}</p>
    <form method="post">
      ${cardFields()}
      <button name="action" value="card">Use this card</button>
    </form>`;
}

function details(unit: Unit, row: Session, { customer_update }: Features): Html | null {
  if (!customer_update.enabled) return null;
  const { email, name } = unit.need('customer', row.customer);
  return html`<h2>Details</h2>
    <form method="post">
      <label>Email <input name="email" type="email" value="${email}" /></label>
      <label>Name <input name="name" value="${name}" /></label>
      <button class="quiet" name="action" value="details">Save details</button>
    </form>`;
}

function invoices(unit: Unit, row: Session): Html {
  const lines = unit
    .all('invoice', 'customer', row.customer)
    .filter(({ status }) => status !== 'draft')
    .reverse()
    .map(
      ({ created, status, total, currency }) =>
        html`<tr>
          <td>${dayOf(created)}, ${status}</td>
          <td>${written(total, currency)}</td>
        </tr>`,
    );
  return html`<h2>Invoices</h2>
    <table>
      ${lines}
    </table>`;
}

/** `Dec 29, 2026`, in UTC. */
const dayOf = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleDateString('en-US', { dateStyle: 'medium', timeZone: 'UTC' });

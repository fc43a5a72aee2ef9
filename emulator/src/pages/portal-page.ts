import { Problem, invalid, missing } from '../api/problem.js';
import { written } from '../nouns/price/currency.js';
import { attach } from '../nouns/payment-method/attach.js';
import { setDefault } from '../nouns/customer/operations.js';
import { sessionOfPage } from '../nouns/portal-session/operations.js';
import type { PortalSessionRow } from '../nouns/portal-session/row.js';
import { pauseSubscription } from '../nouns/subscription/pause.js';
import { endSubscription } from '../nouns/subscription/end.js';
import { updateSubscription } from '../nouns/subscription/update.js';
import type { SubscriptionRow } from '../nouns/subscription/row.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { enteredCard } from './card-fields.js';
import { dayOf } from './dates.js';
import type { Html } from './html.js';
import { html, linkTo, page } from './html.js';
import type { PageReply, PageRequest, PageWork } from './reply.js';
import { goTo, show } from './reply.js';
import { confirmUpdate, flowPage, keepWithOffer, whereTo } from './portal-flow.js';
import type { Features } from './portal-parts.js';
import { card, details, liveOf, namesOf } from './portal-parts.js';
import { switchForm, switchPrice } from './portal-prices.js';

/** The page on which customers manage their billing, as far as the session's configuration allows. */
export function portalPage({ api, verb, id, form }: PageRequest): PageReply {
  try {
    if (verb === 'POST') {
      return goTo(
        api.internally((unit) => {
          act(unit, session(unit, id), form);
          return whereTo(unit, session(unit, id));
        }) ?? `/p/session/${id}`,
      );
    }
    return view(api, id);
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 404) throw error;
    return view(api, id, error.message);
  }
}

function session(unit: Unit, slug: string): PortalSessionRow {
  const row = sessionOfPage(unit, slug);
  if (row === undefined) throw missing('session', slug, 'id', 404);
  return row;
}

const featuresOf = (unit: Unit, row: PortalSessionRow): Features =>
  unit.need('billing_portal.configuration', idOf(row.configuration) ?? '').features;

const actions: Readonly<Record<string, (unit: Unit, row: PortalSessionRow, form: URLSearchParams) => void>> = {
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
  keep: keepWithOffer,
  confirm: (unit, row) => confirmUpdate(unit, row, featuresOf(unit, row)),
  pause: (unit, row, form) => {
    if (!featuresOf(unit, row).subscription_pause.enabled) throw invalid('You cannot pause subscriptions here.');
    pauseSubscription(unit, own(unit, row, form).id, { credits: true, invoices: false });
  },
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

/** What can be done on the portal's own page. */
const OF_PORTAL: readonly string[] = ['cancel', 'card', 'details', 'renew', 'switch'];

/** What can be done in a flow: nothing but what it is for. */
const OF_FLOWS: Readonly<Record<string, readonly string[]>> = {
  customer_update: ['details'],
  payment_method_update: ['card'],
  subscription_cancel: ['cancel', 'keep'],
  subscription_pause: ['pause'],
  subscription_update: ['switch'],
  subscription_update_confirm: ['confirm'],
};

function act(unit: Unit, row: PortalSessionRow, form: URLSearchParams): void {
  const name = form.get('action') ?? '';
  const flow = row.hidden?.isDone === true ? null : row.flow;
  if (flow !== null && isAboutAnother(flow, form)) throw invalid('This page is about another subscription.', 'action');
  const allowed = flow === null ? OF_PORTAL : (OF_FLOWS[flow.type] ?? []);
  const action = allowed.includes(name) ? actions[name] : undefined;
  if (action === undefined) throw invalid('Unknown action.', 'action');
  action(unit, row, form);
}

function isAboutAnother(flow: NonNullable<PortalSessionRow['flow']>, form: URLSearchParams): boolean {
  const about = flow[flow.type as 'subscription_cancel']?.subscription;
  return about !== undefined && about !== form.get('subscription');
}

function own(unit: Unit, row: PortalSessionRow, form: URLSearchParams): SubscriptionRow {
  const subscription = unit.need('subscription', form.get('subscription') ?? '');
  if (idOf(subscription.customer) !== row.customer) throw missing('subscription', subscription.id, 'id', 404);
  return subscription;
}

function view(api: PageWork, slug: string, problem?: string): PageReply {
  return api.internally((unit) => {
    const row = session(unit, slug);
    const features = featuresOf(unit, row);
    const flow = flowPage(unit, row, features, problem);
    if (flow !== undefined) return flow;
    const content = html`${problem === undefined ? null : html`<p role="alert">${problem}</p>`}
    ${subscriptions(unit, row, features)} ${card(unit, row, features)} ${details(unit, row, features)}
    ${features.invoice_history.enabled ? invoices(unit, row) : null}
    ${row.return_url === null ? null : html`<p>${linkTo(row.return_url, 'Return')}</p>`}`;
    return show(page('Your billing', content), problem === undefined ? 200 : 400);
  });
}

function subscriptions(unit: Unit, row: PortalSessionRow, features: Features): Html {
  const live = liveOf(unit, row);
  return html`<h2>Subscriptions</h2>
    ${live.length === 0 ? html`<p>No subscriptions.</p>` : live.map((one) => subscription(unit, one, features))}`;
}

function subscription(unit: Unit, row: SubscriptionRow, features: Features): Html {
  const names = namesOf(unit, row);
  const ends = row.cancel_at === null ? null : html` and ends on ${dayOf(row.cancel_at)}`;
  const action = row.cancel_at === null ? 'cancel' : 'renew';
  const offered = action === 'renew' || features.subscription_cancel.enabled;
  return html`<p>${names}: ${row.status}${ends}</p>
    ${
      offered
        ? html`<form method="post">
            <input type="hidden" name="subscription" value="${row.id}" />
            <button class="quiet" name="action" value="${action}">
              ${action === 'cancel' ? 'Cancel' : 'Keep'} ${names}
            </button>
          </form>`
        : null
    }
    ${switchForm(unit, row, features.subscription_update)}`;
}

function invoices(unit: Unit, row: PortalSessionRow): Html {
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

import { Problem, invalid } from '../api/problem.js';
import { given } from '../api/standard.js';
import type { PortalSessionRow } from '../nouns/portal-session/row.js';
import { written } from '../nouns/price/currency.js';
import type { SubscriptionRow } from '../nouns/subscription/row.js';
import { updateSubscription } from '../nouns/subscription/update.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { dayOf } from './dates.js';
import type { Html } from './html.js';
import { html, linkTo, page } from './html.js';
import { WEB } from './policy.js';
import type { Features } from './portal-parts.js';
import { card, details, nameOf, namesOf } from './portal-parts.js';
import { applyUpdate, switchForm } from './portal-prices.js';
import type { PageReply } from './reply.js';
import { show } from './reply.js';

type Flow = NonNullable<PortalSessionRow['flow']>;

/** The page of a session's flow, which shows its one purpose; undefined when there is none, or the portal follows it. */
export function flowPage(
  unit: Unit,
  row: PortalSessionRow,
  features: Features,
  problem: string | undefined,
): PageReply | undefined {
  const { flow } = row;
  if (flow === null) return undefined;
  if (row.hidden?.isDone === true)
    return flow.after_completion.type === 'portal_homepage' ? undefined : donePage(row, flow);
  const { title, content } = contentOf(unit, row, flow, features);
  const alert = problem === undefined ? null : html`<p role="alert">${problem}</p>`;
  return show(page(title, html`${alert} ${content} ${backTo(row)}`), problem === undefined ? 200 : 400, { leads: WEB });
}

const backTo = ({ return_url: back }: PortalSessionRow): Html | null =>
  back === null ? null : html`<p>${linkTo(back, 'Return')}</p>`;

const donePage = (row: PortalSessionRow, flow: Flow): PageReply =>
  show(
    page(
      'Done',
      html`<p>${flow.after_completion.hosted_confirmation?.custom_message ?? 'Your change is saved.'}</p>
        ${backTo(row)}`,
    ),
  );

interface Content {
  title: string;
  content: Html | null;
}

function contentOf(unit: Unit, row: PortalSessionRow, flow: Flow, features: Features): Content {
  switch (flow.type) {
    case 'customer_update':
      return { title: 'Update your details', content: details(unit, row, features) };
    case 'payment_method_update':
      return { title: 'Add a card', content: card(unit, row, features) };
    case 'subscription_cancel':
      return { title: 'Cancel your subscription', content: cancelForm(unit, flow, features) };
    case 'subscription_pause':
      return { title: 'Pause your subscription', content: pauseForm(unit, flow) };
    case 'subscription_update':
      return { title: 'Change your subscription', content: updateForm(unit, flow, features) };
    default:
      return { title: 'Confirm your change', content: confirmForm(unit, flow, features) };
  }
}

const hiddenId = (id: string): Html => html`<input type="hidden" name="subscription" value="${id}" />`;

function cancelForm(unit: Unit, flow: Flow, { subscription_cancel: { mode } }: Features): Html {
  const { subscription: id = '', retention = null } = flow.subscription_cancel ?? {};
  const row = unit.need('subscription', id);
  const offer = unit.find('coupon', retention?.coupon_offer?.coupon);
  const end = Math.min(...unit.all('subscription_item', 'subscription', id).map((item) => item.current_period_end));
  return html`<p>${namesOf(unit, row)}</p>
    <p>${mode === 'immediately' ? 'It ends now.' : html`It stays active until ${dayOf(end)}, and ends then.`}</p>
    <form method="post">
      ${hiddenId(id)}
      ${
        offer === undefined
          ? null
          : html`<button name="action" value="keep">Stay, with ${offer.name ?? describe(offer)}</button>`
      }
      <button class="${offer === undefined ? '' : 'quiet'}" name="action" value="cancel">
        Cancel ${namesOf(unit, row)}
      </button>
    </form>`;
}

const describe = (offer: { percent_off: number | null; amount_off: number | null; currency: string | null }): string =>
  offer.percent_off === null
    ? `${written(offer.amount_off ?? 0, offer.currency ?? 'usd')} off`
    : `${offer.percent_off}% off`;

function pauseForm(unit: Unit, flow: Flow): Html {
  const row = unit.need('subscription', flow.subscription_pause?.subscription ?? '');
  return html`<p>${namesOf(unit, row)}</p>
    <p>Nothing is billed until it is resumed.</p>
    <form method="post">
      ${hiddenId(row.id)}
      <button name="action" value="pause">Pause ${namesOf(unit, row)}</button>
    </form>`;
}

function updateForm(unit: Unit, flow: Flow, features: Features): Html {
  const row = unit.need('subscription', flow.subscription_update?.subscription ?? '');
  return html`<p>Now: ${namesOf(unit, row)}</p>
    ${switchForm(unit, row, features.subscription_update) ?? html`<p>There is no other plan to switch to.</p>`}`;
}

function confirmForm(unit: Unit, flow: Flow, features: Features): Html {
  const { row, sent, price } = wanted(unit, flow);
  const [item] = sent.items ?? [];
  const due = dueNow(unit, row, flow, features);
  return html`<table>
      <tr>
        <td>Now</td>
        <td>${namesOf(unit, row)}</td>
      </tr>
      <tr>
        <td>New</td>
        <td>${nameOf(unit, price, item?.quantity)}</td>
      </tr>
      <tr>
        <td>Due today</td>
        <td>${written(due, row.currency)}</td>
      </tr>
    </table>
    <form method="post">
      ${hiddenId(row.id)}
      <button name="action" value="confirm">Confirm</button>
    </form>`;
}

/** What the change bills at once. It is really made, read and taken back. */
function dueNow(unit: Unit, before: SubscriptionRow, flow: Flow, features: Features): number {
  return unit.tried(() => {
    try {
      const invoice = idOf(update(unit, flow, features).latest_invoice);
      return invoice === null || invoice === idOf(before.latest_invoice) ? 0 : unit.need('invoice', invoice).amount_due;
    } catch (error) {
      if (error instanceof Problem) return 0;
      throw error;
    }
  });
}

/** The change that a flow asks to confirm, as the parameters of an update. */
function wanted(unit: Unit, flow: Flow) {
  const asked = flow.subscription_update_confirm;
  const row = unit.need('subscription', asked?.subscription ?? '');
  const [item] = asked?.items ?? [];
  const [old] = unit.all('subscription_item', 'subscription', row.id);
  const price = unit.find('price', item?.price ?? old?.price);
  return {
    row,
    price,
    sent: {
      items: [
        {
          id: item?.id ?? '',
          ...given({ price: item?.price ?? undefined, quantity: item?.quantity ?? old?.quantity }),
        },
      ],
      ...(asked?.discounts == null
        ? {}
        : {
            discounts: asked.discounts.map(({ coupon, promotion_code }) =>
              given({ coupon: coupon ?? undefined, promotion_code: promotion_code ?? undefined }),
            ),
          }),
    },
  };
}

function update(unit: Unit, flow: Flow, features: Features): SubscriptionRow {
  const { row, sent } = wanted(unit, flow);
  return applyUpdate(unit, row, features.subscription_update, sent);
}

/** The customer confirms the change that the flow was opened for. */
export function confirmUpdate(unit: Unit, { flow }: PortalSessionRow, features: Features): void {
  if (flow?.subscription_update_confirm == null) throw invalid('There is nothing to confirm.', 'action');
  update(unit, flow, features);
}

/** The customer takes the coupon that they are offered, and the subscription continues. */
export function keepWithOffer(unit: Unit, { flow }: PortalSessionRow): void {
  const { subscription, retention } = flow?.subscription_cancel ?? {};
  const coupon = retention?.coupon_offer?.coupon;
  if (subscription === undefined || coupon === undefined) throw invalid('There is no offer to take.', 'action');
  updateSubscription(unit, subscription, { discounts: [{ coupon }] });
}

/** A completed flow is over. @returns where it leads; undefined: to the session's own page. */
export function whereTo(unit: Unit, row: PortalSessionRow): string | undefined {
  if (row.flow === null || row.hidden?.isDone === true) return undefined;
  unit.update('billing_portal.session', row.id, { hidden: { isDone: true } }, []);
  return row.flow.after_completion.redirect?.return_url;
}

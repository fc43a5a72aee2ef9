import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Brand } from '../../web/shared/brand.js';
import { Empty } from '../../web/shared/empty.js';
import { Id } from '../../web/shared/id.js';
import { SkipLink } from '../../web/shared/skip-link.js';
import { ThemeSwitch } from '../../web/shared/theme.js';
import { Toasts } from '../../web/shared/toast.js';
import { checkouts } from './checkout/checkouts.js';
import { Clocks } from './clock/clocks.js';
import { Connect } from './connect.js';
import { Coupon } from './coupon/coupon.js';
import { Coupons } from './coupon/coupons.js';
import { Customer } from './customer/customer.js';
import { Customers } from './customer/customers.js';
import { disputes } from './payment/disputes.js';
import { useEmulator } from './emulator.js';
import { Event } from './event/event.js';
import { Events } from './event/events.js';
import { Faults } from './fault/faults.js';
import { Find } from './find.js';
import { Help } from './help.js';
import { Invoice } from './invoice/invoice.js';
import { Invoices } from './invoice/invoices.js';
import { listenKeys } from '../../web/shared/keys.js';
import { listOf, pageOf } from './kind.js';
import { Signs } from './signs.js';
import { AnyObject } from './object.js';
import { Payment } from './payment/payment.js';
import { Payments } from './payment/payments.js';
import { Product } from './product/product.js';
import { Products } from './product/products.js';
import { quotes } from './quote/quotes.js';
import { Request } from './request/request.js';
import { Requests } from './request/requests.js';
import { href, type Route } from './route.js';
import { schedules } from './subscription/schedules.js';
import { Subscription } from './subscription/subscription.js';
import { Subscriptions } from './subscription/subscriptions.js';
import { Webhook } from './webhook/webhook.js';
import { Webhooks } from './webhook/webhooks.js';

/** The whole dashboard: the navigation, the current view, and the keyboard shortcuts. */
export function App({ route }: { route: ReadonlySignal<Route> }): VNode {
  const { api, live } = useEmulator();
  const open = useSignal<'find' | 'help' | null>(null);
  const close = (): void => {
    open.value = null;
  };
  const main = useRef<HTMLElement>(null);
  const here = route.value;
  const view = views.find(({ name }) => name === here.view);

  useEffect(() => {
    const places = views.flatMap(({ name, key }) =>
      key === undefined ? [] : [[`g ${key}`, () => location.assign(href(name))] as const],
    );
    return listenKeys({
      ...Object.fromEntries(places),
      '/': () => search(() => (open.value = 'find')),
      'g o': () => (open.value = 'find'),
      '?': () => (open.value = 'help'),
    });
  }, []);

  useEffect(() => {
    document.title = `${view?.title ?? 'Not found'} – ${api.info.namespace ?? 'Lockstep emulator'}`;
    main.current?.scrollTo(0, 0);
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [here.view, here.id]);

  return (
    <div class="frame">
      <aside class="side">
        <SkipLink to={main} />
        <div class="side-head">
          <Brand name="Lockstep emulator" href={href('customers')} />
          <p class="local">
            {api.info.namespace === null ? 'A local Stripe. No real money.' : `Namespace ${api.info.namespace}`}
          </p>
        </div>
        <button type="button" class="button slim find" onClick={() => (open.value = 'find')}>
          Find …
        </button>
        <nav aria-label="Views">
          {listed.map(({ name, title }) => (
            <a key={name} href={href(name)} aria-current={name === here.view ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <div class="side-foot">
          <span class={`live ${live.connected.value ? '' : 'off'}`} role="status">
            {live.connected.value ? 'Live' : 'Not connected'}
          </span>
          <span class="only-wide">
            <Id value={api.info.account} />
            <span class="soft small">API {api.info.api_version}</span>
            <span class="soft small">{api.info.persisted ? 'Saved to disk' : 'In memory only'}</span>
          </span>
          <span class="side-tools">
            <ThemeSwitch />
            <button type="button" class="theme" onClick={() => (open.value = 'help')}>
              Keys: ?
            </button>
          </span>
        </div>
      </aside>
      <main ref={main} class="main" tabIndex={-1}>
        <Signs />
        <View here={here} />
      </main>
      {open.value === 'help' && <Help views={listed} onClose={close} />}
      {open.value === 'find' && <Find onClose={close} />}
      <Toasts />
    </div>
  );
}

/** Moves to the search field of the current list. Calls `otherwise` if the current view has none. */
function search(otherwise: () => void): void {
  const field = document.querySelector<HTMLInputElement>('main input[type=search]');
  if (field) field.focus();
  else otherwise();
}

function View({ here }: { here: Route }): VNode {
  const view = views.find(({ name }) => name === here.view);
  if (view?.list && here.id === null) return <view.list key={here.view} route={here} />;
  if (view?.one && here.id !== null) return <view.one key={here.id} id={here.id} />;
  return (
    <Empty title="No such page" action={<a {...{ class: 'button', href: href('customers') }}>Go to customers</a>}>
      Check the address.
    </Empty>
  );
}

interface ViewRow {
  readonly name: string;
  readonly title: string;
  /** Opens the view when pressed after `g`. */
  readonly key?: string;
  readonly list?: ComponentType<{ route: Route }>;
  readonly one?: ComponentType<{ id: string }>;
}

const views: readonly ViewRow[] = [
  { name: 'customers', title: 'Customers', key: 'c', list: Customers, one: Customer },
  { name: 'products', title: 'Products', key: 'p', list: Products, one: Product },
  { name: 'coupons', title: 'Coupons', key: 'd', list: Coupons, one: Coupon },
  { name: 'subscriptions', title: 'Subscriptions', key: 's', list: Subscriptions, one: Subscription },
  { name: 'schedules', title: schedules.title, key: 'l', list: listOf(schedules), one: pageOf(schedules) },
  { name: 'quotes', title: quotes.title, key: 'q', list: listOf(quotes), one: pageOf(quotes) },
  { name: 'invoices', title: 'Invoices', key: 'i', list: Invoices, one: Invoice },
  { name: 'checkouts', title: checkouts.title, key: 'h', list: listOf(checkouts), one: pageOf(checkouts) },
  { name: 'payments', title: 'Payments', key: 'y', list: Payments, one: Payment },
  { name: 'disputes', title: disputes.title, key: 'u', list: listOf(disputes), one: pageOf(disputes) },
  { name: 'events', title: 'Events', key: 'e', list: Events, one: Event },
  { name: 'webhooks', title: 'Webhook endpoints', key: 'w', list: Webhooks, one: Webhook },
  { name: 'requests', title: 'Requests', key: 'r', list: Requests, one: Request },
  { name: 'clocks', title: 'Clocks', key: 'k', list: Clocks },
  { name: 'faults', title: 'Faults', key: 'f', list: Faults },
  { name: 'connect', title: 'Connect', key: 'a', list: Connect },
  { name: 'objects', title: 'Object', one: AnyObject },
];

/** The views in the navigation. */
const listed = views.filter(({ list }) => list !== undefined);

import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Brand } from '../shared/brand.js';
import { Empty } from '../shared/empty.js';
import { Id } from '../shared/id.js';
import { ThemeSwitch } from '../shared/theme.js';
import { Toasts } from '../shared/toast.js';
import { Clocks } from './clocks.js';
import { Customer } from './customer.js';
import { Customers } from './customers.js';
import { useEmulator } from './emulator.js';
import { Event } from './event.js';
import { Events } from './events.js';
import { Faults } from './faults.js';
import { Help } from './help.js';
import { Invoices } from './invoices.js';
import { listenKeys } from './keys.js';
import { Payments } from './payments.js';
import { Product } from './product.js';
import { Products } from './products.js';
import { href, type Route } from './route.js';
import { Subscription } from './subscription.js';
import { Subscriptions } from './subscriptions.js';
import { Webhook } from './webhook.js';
import { Webhooks } from './webhooks.js';

/** The frame: navigation, the current view, keys. */
export function App({ route }: { route: ReadonlySignal<Route> }): VNode {
  const { api, live } = useEmulator();
  const helping = useSignal(false);
  const main = useRef<HTMLElement>(null);
  const here = route.value;
  const view = views.find(({ name }) => name === here.view);

  useEffect(() => {
    const to = (name: string) => () => location.assign(href(name));
    return listenKeys({
      '/': () => document.querySelector<HTMLInputElement>('input[type=search]')?.focus(),
      '?': () => (helping.value = true),
      'g c': to('customers'),
      'g p': to('products'),
      'g s': to('subscriptions'),
      'g e': to('events'),
    });
  }, []);

  useEffect(() => {
    document.title = `${view?.title ?? 'Not found'} – Lockstep emulator`;
    main.current?.scrollTo(0, 0);
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [here.view, here.id]);

  return (
    <div class="frame">
      <aside class="side">
        <div class="side-head">
          <Brand name="Lockstep emulator" href={href('customers')} />
          <p class="local">A local Stripe. No real money.</p>
        </div>
        <nav aria-label="Views">
          {views.map(({ name, title }) => (
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
            <span class="soft small">{api.info.persisted ? 'Kept on disk' : 'In memory only'}</span>
          </span>
          <span class="side-tools">
            <ThemeSwitch />
            <button type="button" class="theme" onClick={() => (helping.value = true)}>
              Keys: ?
            </button>
          </span>
        </div>
      </aside>
      <main ref={main} class="main">
        <View here={here} />
      </main>
      {helping.value && <Help onClose={() => (helping.value = false)} />}
      <Toasts />
    </div>
  );
}

function View({ here }: { here: Route }): VNode {
  const view = views.find(({ name }) => name === here.view);
  if (view && here.id === null) return <view.list key={here.view} route={here} />;
  if (view?.one && here.id !== null) return <view.one key={here.id} id={here.id} />;
  return (
    <Empty
      title="There is no such page"
      action={<a {...{ class: 'button', href: href('customers') }}>Go to customers</a>}
    >
      The address may be mistyped.
    </Empty>
  );
}

interface ViewRow {
  readonly name: string;
  readonly title: string;
  readonly list: ComponentType<{ route: Route }>;
  readonly one?: ComponentType<{ id: string }>;
}

const views: readonly ViewRow[] = [
  { name: 'customers', title: 'Customers', list: Customers, one: Customer },
  { name: 'products', title: 'Products', list: Products, one: Product },
  { name: 'subscriptions', title: 'Subscriptions', list: Subscriptions, one: Subscription },
  { name: 'invoices', title: 'Invoices', list: Invoices },
  { name: 'payments', title: 'Payments', list: Payments },
  { name: 'events', title: 'Events', list: Events, one: Event },
  { name: 'webhooks', title: 'Webhook endpoints', list: Webhooks, one: Webhook },
  { name: 'clocks', title: 'Clocks', list: Clocks },
  { name: 'faults', title: 'Faults', list: Faults },
];

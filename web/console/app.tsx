import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Brand } from '../shared/brand.js';
import { Empty } from '../shared/empty.js';
import { listenKeys } from '../shared/keys.js';
import { href, type Route } from '../shared/route.js';
import { ThemeSwitch } from '../shared/theme.js';
import { Toasts } from '../shared/toast.js';
import { session, tell } from './api.js';
import { Audit } from './audit/audit.js';
import { Customer } from './customer/customer.js';
import { CustomerSearch } from './customer/customer-search.js';
import { Dead } from './dead/dead.js';
import { Drift } from './drift/drift.js';
import { EventPage } from './event/event-page.js';
import { Events } from './event/events.js';
import { Help } from './help.js';
import { Hooks } from './hook/hooks.js';
import { Jobs } from './job/jobs.js';
import { away, connected, live } from './live.js';
import { ObjectPage } from './object/object-page.js';
import { ObjectSearch } from './object/object-search.js';
import { Overview } from './overview/overview.js';
import { Refused } from './refused/refused.js';
import { Settings } from './settings/settings.js';
import { SignIn } from './sign-in.js';

interface ViewRow {
  readonly name: string;
  readonly title: string;
  /** Opens the view when pressed after `g`. */
  readonly key: string;
  readonly list: ComponentType<{ route: Route }>;
  readonly one?: ComponentType<{ id: string; route: Route }>;
  /** How many things in it wait for somebody. */
  readonly count?: () => number;
}

const views: readonly ViewRow[] = [
  { name: 'overview', title: 'Overview', key: 'o', list: Overview },
  { name: 'events', title: 'Events', key: 'e', list: Events, one: EventPage },
  { name: 'objects', title: 'Objects', key: 'b', list: ObjectSearch, one: ObjectPage },
  { name: 'customers', title: 'Customers', key: 'c', list: CustomerSearch, one: Customer },
  { name: 'drift', title: 'Drift', key: 'd', list: Drift },
  { name: 'dead', title: 'Dead letters', key: 'l', list: Dead, count: () => live.value?.dead.value ?? 0 },
  { name: 'jobs', title: 'Backfill, verify', key: 'v', list: Jobs },
  { name: 'hooks', title: 'Hooks', key: 'h', list: Hooks, count: () => live.value?.hooks.dead.value ?? 0 },
  { name: 'refused', title: 'Refused', key: 'r', list: Refused },
  { name: 'settings', title: 'Sources', key: 's', list: Settings },
  { name: 'audit', title: 'Audit', key: 'a', list: Audit },
];

/** The whole console: the sign-in, or the navigation and the current view. */
export function App({ route }: { route: ReadonlySignal<Route> }): VNode {
  const isHelp = useSignal(false);
  const main = useRef<HTMLElement>(null);
  const here = route.value;
  const view = views.find(({ name }) => name === here.view);

  useEffect(
    () =>
      listenKeys({
        ...Object.fromEntries(views.map(({ name, key }) => [`g ${key}`, () => location.assign(href(name))])),
        '/': () => document.querySelector<HTMLInputElement>('.find-field')?.focus(),
        '?': () => (isHelp.value = true),
      }),
    [],
  );
  useEffect(() => {
    document.title = `${view?.title ?? 'Not found'} – Lockstep console`;
    main.current?.scrollTo(0, 0);
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [here.view, here.id]);

  if (session.value == null) return <SignIn />;
  return (
    <div class="frame">
      <Side here={here} onHelp={() => (isHelp.value = true)} />
      <main ref={main} class="main" tabIndex={0}>
        <Trouble />
        <View here={here} />
      </main>
      {isHelp.value && <Help views={views} onClose={() => (isHelp.value = false)} />}
      <Toasts />
    </div>
  );
}

function Side({ here, onHelp }: { here: Route; onHelp: () => void }): VNode {
  const { name, role } = session.value ?? { name: '', role: 'look' };
  return (
    <aside class="side">
      <div class="side-head">
        <Brand name="Lockstep" href={href('overview')} />
      </div>
      <FindField />
      <nav aria-label="Views">
        {views.map((view) => (
          <a
            key={view.name}
            href={href(view.name)}
            aria-current={view.name === here.view && here.id === null ? 'page' : undefined}
            class={view.name === here.view ? 'here' : ''}
          >
            {view.title}
            {(view.count?.() ?? 0) > 0 && <span class="badge">{view.count?.().toLocaleString('en-US')}</span>}
          </a>
        ))}
      </nav>
      <div class="side-foot">
        <span class={`live ${connected.value ? '' : 'off'}`} role="status">
          {connected.value ? 'Live' : 'Not connected'}
        </span>
        <span class="small soft only-wide">
          {name} {role === 'act' ? 'may act' : 'may look'}
        </span>
        <span class="side-tools">
          <ThemeSwitch />
          <button type="button" class="theme only-wide" onClick={onHelp}>
            Keys: ?
          </button>
          <button type="button" class="theme" onClick={signOut}>
            Sign out
          </button>
        </span>
      </div>
    </aside>
  );
}

/** Opens any object or event by its id. */
function FindField(): VNode {
  return (
    <form
      class="find"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const field = event.currentTarget.querySelector('input');
        const id = field?.value.trim() ?? '';
        if (id === '') return;
        location.assign(href(id.startsWith('evt_') ? 'events' : 'objects', id));
        field?.blur();
      }}
    >
      <input
        class="input find-field"
        type="search"
        aria-label="Find by ID"
        placeholder="Find by ID  /"
        spellcheck={false}
        autocomplete="off"
      />
    </form>
  );
}

function signOut(): void {
  void tell('/sign-out')
    .catch(() => undefined)
    .then(() => {
      session.value = null;
      live.value = null;
    });
}

/** What keeps the page from being up to date. */
function Trouble(): VNode | null {
  if (away.value === null) return null;
  return (
    <p class="trouble" role="alert">
      The service cannot read its database: {away.value}. What you see is from before. Webhooks are answered with 503
      until it is back, and Stripe sends them again.
    </p>
  );
}

function View({ here }: { here: Route }): VNode {
  const view = views.find(({ name }) => name === here.view);
  if (view !== undefined && here.id === null) return <view.list key={here.view} route={here} />;
  if (view?.one !== undefined && here.id !== null) return <view.one key={here.id} id={here.id} route={here} />;
  return (
    <Empty title="No such page" action={<a {...{ class: 'button', href: href('overview') }}>Go to the overview</a>}>
      Check the address.
    </Empty>
  );
}

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Facts } from '../../../web/shared/facts.js';
import { Id } from '../../../web/shared/id.js';
import { priceText } from '../../../web/shared/money.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { Pill, StatusPill } from '../../../web/shared/pill.js';
import { Table, type Column } from '../../../web/shared/table.js';
import { toast } from '../../../web/shared/toast.js';
import { Confirm } from '../confirm.js';
import { useEmulator } from '../emulator.js';
import { EventTable } from '../event/event-table.js';
import { useLoaded, useObject } from '../loaded.js';
import { Head, ObjectPage, Section } from '../object-page.js';
import { PriceForm } from './price-form.js';
import { PriceCreate, ProductEdit } from './product-form.js';
import { href } from '../route.js';
import type { Page } from '../api.js';

type Open = { what: 'edit' | 'delete' | 'add' } | { what: 'price' | 'delete-price'; price: Stripe.Price } | null;

/** One product with its prices. */
export function Product({ id }: { id: string }): VNode {
  const loaded = useObject<Stripe.Product>(`/v1/products/${id}`, ['product']);
  const open = useSignal<Open>(null);
  return (
    <ObjectPage
      back={{ href: href('products'), text: 'Products' }}
      loaded={loaded}
      gone={(product) => 'deleted' in product}
    >
      {(product) => (
        <>
          <Head
            title={product.name}
            under={
              <>
                <StatusPill status={product.active ? 'active' : 'archived'} /> <Id value={product.id} />
              </>
            }
            json={product.id}
            actions={
              <>
                <button type="button" class="button" onClick={() => (open.value = { what: 'edit' })}>
                  Edit product
                </button>
                <ActiveButton product={product} />
                <button type="button" class="button danger" onClick={() => (open.value = { what: 'delete' })}>
                  Delete product
                </button>
              </>
            }
          />
          <Section title="Details">
            <div class="card">
              <Facts
                rows={[
                  ['Name', product.name],
                  ['Description', product.description],
                  ['Created', <StripeTime at={product.created} />],
                  ['Updated', <StripeTime at={product.updated} />],
                ]}
              />
            </div>
          </Section>
          <Prices product={product} onOpen={(what) => (open.value = what)} />
          <Section title="Events">
            <EventTable of={id} about={(object) => object['product'] === id} />
          </Section>
          <Dialogs product={product} open={open.value} onClose={() => (open.value = null)} />
        </>
      )}
    </ObjectPage>
  );
}

function ActiveButton({ product }: { product: Stripe.Product }): VNode {
  const { api } = useEmulator();
  const turn = (): void => {
    api.post(`/v1/products/${product.id}`, { active: !product.active }).then(
      () => toast(product.active ? 'Product archived' : 'Product unarchived'),
      (thrown: Error) => toast(thrown.message, 'bad'),
    );
  };
  return (
    <button type="button" class="button" onClick={turn}>
      {product.active ? 'Archive product' : 'Unarchive product'}
    </button>
  );
}

function Prices({ product, onOpen }: { product: Stripe.Product; onOpen: (open: Open) => void }): VNode {
  const { api, live } = useEmulator();
  // The API lists either the active or the archived prices, so two lists are needed.
  const loaded = useLoaded(`prices of ${product.id}`, ['price', 'plan'], async () => {
    const asked = [true, false].map((active) =>
      api.get<Page<Stripe.Price>>('/v1/prices', { product: product.id, active, limit: 100 }),
    );
    return (await Promise.all(asked)).flatMap((page) => page.data);
  });
  const usual = typeof product.default_price === 'string' ? product.default_price : product.default_price?.id;
  return (
    <Section
      title="Prices"
      action={
        <button type="button" class="button slim" onClick={() => onOpen({ what: 'add' })}>
          Add price
        </button>
      }
    >
      <Table
        label="Prices"
        columns={priceColumns(product.id, usual, onOpen)}
        rows={loaded.value.value}
        failed={loaded.failed.value}
        onRetry={loaded.again}
        changesOf={live.changesOf}
        empty={<Empty title="No prices">Add a price to sell this product.</Empty>}
      />
    </Section>
  );
}

function priceColumns(
  product: string,
  usual: string | undefined,
  onOpen: (open: Open) => void,
): readonly Column<Stripe.Price>[] {
  return [
    {
      label: 'Price',
      cell: (price) => (
        <>
          <strong>{priceText(price)}</strong> {price.nickname && <span class="soft">{price.nickname}</span>}{' '}
          {price.id === usual && <Pill tone="accent">Default</Pill>}
        </>
      ),
      by: (price) => price.unit_amount,
    },
    {
      label: 'Trial',
      cell: ({ recurring }) =>
        recurring?.trial_period_days ? `${recurring.trial_period_days} days` : <span class="soft">–</span>,
    },
    { label: 'Status', cell: (price) => <StatusPill status={price.active ? 'active' : 'archived'} /> },
    { label: 'ID', cell: (price) => <Id value={price.id} /> },
    { label: 'Created', cell: (price) => <StripeTime at={price.created} />, by: (price) => price.created },
    {
      label: '',
      cell: (price) => <PriceActions price={price} product={product} isDefault={price.id === usual} onOpen={onOpen} />,
      right: true,
    },
  ];
}

interface Action {
  label: string;
  /** What a screen reader says: it names the price. */
  said: string;
  isShown: boolean;
  danger?: boolean;
  run: () => void;
}

function PriceActions(props: {
  price: Stripe.Price;
  product: string;
  isDefault: boolean;
  onOpen: (open: Open) => void;
}): VNode {
  const { api } = useEmulator();
  const { price, product, isDefault, onOpen } = props;
  const post = (path: string, params: Parameters<typeof api.post>[1], done: string): void => {
    api.post(path, params).then(
      () => toast(done),
      (thrown: Error) => toast(thrown.message, 'bad'),
    );
  };
  const text = priceText(price);
  const turn = price.active ? 'Archive' : 'Unarchive';
  const actions: readonly Action[] = [
    { label: 'Edit', said: `Edit price ${text}`, isShown: price.active, run: () => onOpen({ what: 'price', price }) },
    {
      label: 'Make default',
      said: `Make default: ${text}`,
      isShown: price.active && !isDefault,
      run: () => post(`/v1/products/${product}`, { default_price: price.id }, 'Default price changed'),
    },
    {
      label: turn,
      said: `${turn} price ${text}`,
      isShown: !isDefault,
      run: () => post(`/v1/prices/${price.id}`, { active: !price.active }, `Price ${turn.toLowerCase()}d`),
    },
    {
      label: 'Delete',
      said: `Delete price ${text}`,
      isShown: price.recurring !== null && !isDefault,
      danger: true,
      run: () => onOpen({ what: 'delete-price', price }),
    },
  ];
  return (
    <span class="row-actions">
      {actions
        .filter(({ isShown }) => isShown)
        .map(({ label, said, danger, run }) => (
          <button
            key={label}
            type="button"
            class={danger === true ? 'button slim danger' : 'button slim'}
            aria-label={said}
            onClick={run}
          >
            {label}
          </button>
        ))}
    </span>
  );
}

function Dialogs({
  product,
  open,
  onClose,
}: {
  product: Stripe.Product;
  open: Open;
  onClose: () => void;
}): VNode | null {
  const { api } = useEmulator();
  const usual = typeof product.default_price === 'string' ? product.default_price : product.default_price?.id;
  if (open === null) return null;
  switch (open.what) {
    case 'edit':
      return <ProductEdit product={product} onClose={onClose} />;
    case 'add':
      return <PriceCreate product={product} onClose={onClose} />;
    case 'price':
      return <PriceForm price={open.price} isDefault={open.price.id === usual} onClose={onClose} />;
    case 'delete-price':
      return (
        <Confirm
          title={`Delete the price ${priceText(open.price)} of ${product.name}?`}
          confirm="Delete price now"
          keep="Keep price"
          onClose={onClose}
          onConfirm={async () => {
            await api.delete(`/v1/plans/${open.price.id}`);
            toast('Price deleted');
          }}
        >
          <p>
            Stripe cannot delete a price, only its plan: <Id value={open.price.id} /> is deleted, and the price with it.
            This cannot be undone; archiving can.
          </p>
        </Confirm>
      );
    case 'delete':
      return (
        <Confirm
          title={`Delete the product ${product.name}?`}
          confirm="Delete product now"
          keep="Keep product"
          onClose={onClose}
          onConfirm={async () => {
            await api.delete(`/v1/products/${product.id}`);
            toast(`Product ${product.name} deleted`);
            location.assign(href('products'));
          }}
        >
          <p>Only a product without prices can be deleted. Archive a product that has prices.</p>
        </Confirm>
      );
    default:
      return open satisfies never;
  }
}

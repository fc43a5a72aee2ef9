import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Id } from '../../../web/shared/id.js';
import { priceText } from '../../../web/shared/money.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import type { Column } from '../../../web/shared/table.js';
import { Filter, ListPage, useSearch } from '../list-page.js';
import { useList } from '../loaded.js';
import { ProductForm } from './product-form.js';
import { href, type Route } from '../route.js';

/** The list of products. */
export function Products({ route }: { route: Route }): VNode {
  const active = route.query['active'] ?? '';
  const list = useList<Stripe.Product>(
    '/v1/products',
    ['product', 'price'],
    { expand: ['data.default_price'], active: active === '' ? undefined : active },
    useSearch(route),
  );
  const creating = useSignal(false);
  const create = (
    <button type="button" class="button primary" onClick={() => (creating.value = true)}>
      Create product
    </button>
  );
  return (
    <>
      <ListPage
        title="Products"
        about="Products and their prices"
        route={route}
        list={list}
        columns={columns}
        href={(product) => href('products', product.id)}
        actions={create}
        filters={
          <Filter
            route={route}
            name="active"
            label="Show products"
            options={[
              ['', 'All products'],
              ['true', 'Active'],
              ['false', 'Archived'],
            ]}
          />
        }
        empty={
          <Empty title="No products yet" action={create}>
            A product has one or more prices; a subscription refers to a price.
          </Empty>
        }
      />
      {creating.value && <ProductForm onClose={() => (creating.value = false)} />}
    </>
  );
}

const columns: readonly Column<Stripe.Product>[] = [
  { label: 'Name', cell: (product) => product.name, by: (product) => product.name },
  { label: 'Default price', cell: defaultPrice, by: (product) => expanded(product)?.unit_amount },
  {
    label: 'Status',
    cell: (product) => <StatusPill status={product.active ? 'active' : 'archived'} />,
    by: (product) => (product.active ? 0 : 1),
  },
  { label: 'ID', cell: (product) => <Id value={product.id} /> },
  {
    label: 'Updated',
    cell: (product) => <StripeTime at={product.updated} />,
    by: (product) => product.updated,
    right: true,
  },
];

function expanded(product: Stripe.Product): Stripe.Price | undefined {
  const price = product.default_price;
  return typeof price === 'object' && price !== null ? price : undefined;
}

function defaultPrice(product: Stripe.Product): VNode | string {
  const price = expanded(product);
  return price ? priceText(price) : <span class="soft">–</span>;
}

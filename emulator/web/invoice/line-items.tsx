import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { money, priceText } from '../../../web/shared/money.js';
import { Table, type Column } from '../../../web/shared/table.js';
import { useList } from '../loaded.js';
import { Section } from '../object-page.js';
import { idIn } from '../customer/person.js';
import { href } from '../route.js';

/** The line items of a quote or a checkout session. @param path e.g. `/v1/quotes/qt_1` */
export function LineItems({ path, follow }: { path: string; follow: readonly string[] }): VNode {
  const list = useList<Stripe.LineItem>(`${path}/line_items`, follow);
  return (
    <Section title="Lines">
      <Table
        label="Lines"
        columns={columns}
        rows={list.value.value}
        failed={list.failed.value}
        onRetry={list.again}
        empty={<Empty title="No lines" />}
      />
      {list.more.value && (
        <button type="button" class="button more" onClick={list.loadMore}>
          Load 100 more
        </button>
      )}
    </Section>
  );
}

const columns: readonly Column<Stripe.LineItem>[] = [
  {
    label: 'Description',
    cell: ({ description, price }) => {
      const product = idIn(price?.product);
      return product === undefined ? description : <a href={href('products', product)}>{description ?? product}</a>;
    },
  },
  { label: 'Price', cell: ({ price }) => (price === null ? <span class="soft">–</span> : priceText(price)) },
  { label: 'Quantity', cell: ({ quantity }) => String(quantity ?? 1), right: true },
  { label: 'Total', cell: (line) => money(line.amount_total, line.currency), right: true },
];

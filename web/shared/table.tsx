import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { Empty } from './empty.js';
import { sorted, type Order, type SortKey } from './order.js';

export interface Column<T> {
  readonly label: string;
  readonly cell: (row: T) => ComponentChildren;
  /** The value that the column is sorted by. Without it, the column is not sortable. */
  readonly by?: (row: T) => SortKey;
  readonly right?: boolean;
}

/**
 * A sortable table. If `rows` is undefined, it is still loading. `failed` is why nothing could be loaded; it is shown
 * with a button to retry. A row with `href` opens on click. On a phone, each row is a card.
 */
export function Table<T extends { id: string }>(props: {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[] | undefined;
  empty: VNode;
  failed?: string | null;
  onRetry?: () => void;
  href?: (row: T) => string;
  /** How often each row changed lately. Such rows are highlighted for a moment. */
  changed?: ReadonlyMap<string, number>;
}): VNode {
  const order = useSignal<Order | null>(null);
  if (props.failed) return <Failed reason={props.failed} onRetry={props.onRetry} />;
  if (props.rows?.length === 0) return <div class="table-scroll">{props.empty}</div>;
  const by = order.value === null ? undefined : props.columns[order.value.column]?.by;
  const rows = props.rows && order.value && by ? sorted(props.rows, by, order.value.descending) : props.rows;
  return (
    <div class="table-scroll" tabIndex={-1} aria-busy={props.rows === undefined}>
      <table class="table cards" aria-label={props.label}>
        <thead>
          <tr>
            {props.columns.map((column, index) => (
              <Head
                key={column.label}
                column={column}
                order={order.value?.column === index ? order.value : null}
                onSort={() => {
                  order.value = turned(order.value, index);
                }}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            ? rows.map((row) => (
                <Row
                  key={row.id}
                  row={row}
                  columns={props.columns}
                  href={props.href?.(row)}
                  changes={props.changed?.get(row.id) ?? 0}
                />
              ))
            : skeletonRows.map((key) => (
                <tr key={key}>
                  {props.columns.map((column) => (
                    <td key={column.label} data-label={column.label}>
                      <span class="skeleton" />
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
    </div>
  );
}

/** Shown in place of the rows when they could not be loaded. */
export function Failed(props: { reason: string; onRetry?: (() => void) | undefined }): VNode {
  return (
    <div class="table-scroll" role="alert">
      <Empty
        title="Could not load this"
        action={
          props.onRetry && (
            <button type="button" class="button" onClick={props.onRetry}>
              Try again
            </button>
          )
        }
      >
        {props.reason}
      </Empty>
    </div>
  );
}

const skeletonRows = [1, 2, 3, 4, 5];

function turned(order: Order | null, column: number): Order | null {
  if (order?.column !== column) return { column, descending: false };
  return order.descending ? null : { column, descending: true };
}

function Head<T>(props: { column: Column<T>; order: Order | null; onSort: () => void }): VNode {
  const { column, order } = props;
  const sort = order && { 'aria-sort': order.descending ? ('descending' as const) : ('ascending' as const) };
  return (
    <th scope="col" class={column.right ? 'right' : ''} {...sort}>
      {column.by ? (
        <button type="button" onClick={props.onSort}>
          {column.label}
        </button>
      ) : (
        column.label
      )}
    </th>
  );
}

function Row<T extends { id: string }>(props: {
  row: T;
  columns: readonly Column<T>[];
  href: string | undefined;
  changes: number;
}): VNode {
  const { row, href } = props;
  return (
    <tr
      class={`${href ? 'opens' : ''} ${changeClass(props.changes)}`}
      data-id={row.id}
      onClick={(event) => {
        if (href && !(event.target as Element).closest('a, button, input, label')) location.assign(href);
      }}
    >
      {props.columns.map((column, index) => (
        <td key={column.label} data-label={column.label} class={column.right ? 'right' : ''}>
          {/* One child, so that on a phone a cell is a label and a value, however many parts the value has. */}
          <span class="cell">{index === 0 && href ? <a href={href}>{column.cell(row)}</a> : column.cell(row)}</span>
        </td>
      ))}
    </tr>
  );
}

/**
 * Alternates between two equal animations, which restarts them. A new key would do so too, but lose the row's focus.
 */
export function changeClass(changes: number): string {
  return changes === 0 ? '' : changes % 2 === 1 ? 'changed-odd' : 'changed-even';
}

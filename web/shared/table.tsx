import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { Chunk, CHUNK_ROWS } from './chunk.js';
import { Empty } from './empty.js';
import { sorted, type Order, type SortKey } from './order.js';

export interface Column<T> {
  /** Empty for buttons: only a screen reader names them. */
  readonly label: string;
  readonly cell: (row: T) => ComponentChildren;
  /** The value that the column is sorted by. Without it, the column is not sortable. */
  readonly by?: (row: T) => SortKey;
  readonly right?: boolean;
}

/**
 * A sortable table. If `rows` is undefined, it is still loading. `failed` is why nothing could be loaded; it is shown
 * with a button to retry. A row with `href` opens on click. On a phone, each row is a card. Of a long table, only the
 * rows near the visible part are on the page.
 */
export function Table<T extends { id: string }>(props: {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[] | undefined;
  empty: VNode;
  failed?: string | null;
  onRetry?: () => void;
  href?: (row: T) => string;
  /** How often the row changed lately: then it is highlighted for a moment. Only rows that are on the page are asked. */
  changesOf?: (id: string) => number;
}): VNode {
  const order = useSignal<Order | null>(null);
  const by = order.value === null ? undefined : props.columns[order.value.column]?.by;
  const rows = useMemo(
    () => (props.rows && order.value && by ? sorted(props.rows, by, order.value.descending) : props.rows),
    [props.rows, order.value],
  );
  if (props.failed) return <Failed reason={props.failed} onRetry={props.onRetry} />;
  if (rows?.length === 0) return <div class="table-scroll">{props.empty}</div>;
  return (
    <div class="table-scroll" tabIndex={-1} aria-busy={rows === undefined}>
      <table class="table cards" aria-label={props.label} aria-rowcount={rows && rows.length + 1}>
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
        {rows === undefined && <Skeleton labels={props.columns.map(({ label }) => label)} />}
        {rows !== undefined &&
          starts(rows.length).map((start) => (
            <Chunk key={start} count={Math.min(CHUNK_ROWS, rows.length - start)} isShort={rows.length <= WHOLE_MAX}>
              {() =>
                rows
                  .slice(start, start + CHUNK_ROWS)
                  .map((row, index) => (
                    <Row
                      key={row.id}
                      row={row}
                      index={start + index + 2}
                      columns={props.columns}
                      href={props.href?.(row)}
                      changesOf={props.changesOf}
                    />
                  ))
              }
            </Chunk>
          ))}
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

/** A table of at most this many rows is on the page as a whole. */
const WHOLE_MAX = 100;

const starts = (count: number): readonly number[] =>
  Array.from({ length: Math.ceil(count / CHUNK_ROWS) }, (_, chunk) => chunk * CHUNK_ROWS);

function Skeleton({ labels }: { labels: readonly string[] }): VNode {
  return (
    <tbody>
      {[1, 2, 3, 4, 5].map((key) => (
        <tr key={key}>
          {labels.map((label) => (
            <td key={label} data-label={label}>
              <span class="skeleton" />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

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
        column.label || <span class="unseen">Actions</span>
      )}
    </th>
  );
}

function Row<T extends { id: string }>(props: {
  row: T;
  /** Its place in the table, counted from the head, which is 1. */
  index: number;
  columns: readonly Column<T>[];
  href: string | undefined;
  changesOf: ((id: string) => number) | undefined;
}): VNode {
  const { row, href } = props;
  return (
    <tr
      class={`${href ? 'opens' : ''} ${changeClass(props.changesOf?.(row.id) ?? 0)}`}
      data-id={row.id}
      aria-rowindex={props.index}
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

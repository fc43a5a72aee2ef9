import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { StatusJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Id } from '../../shared/id.js';
import { Moment } from '../../shared/moment.js';
import { Pill } from '../../shared/pill.js';
import { href } from '../../shared/route.js';
import { Table, type Column } from '../../shared/table.js';
import { amount, causeTexts, time } from '../words.js';

type SourceJson = StatusJson['sources'][number];
type Row = SourceJson['types'][number] & { id: string };

/** The types of one account: rows, what waits, the last proof, and the drift. */
export function Types({ source }: { source: SourceJson }): VNode {
  const isAll = useSignal(false);
  const { account, livemode, types } = source;
  const used = types.filter(({ rows, unproven, note, drift }) => rows.value + unproven.value + drift.found > 0 || note);
  const shown = isAll.value ? types : used;
  return (
    <section class="section" aria-label={`Types of ${account}`}>
      <div class="toolbar">
        <h2>
          <Id value={account} /> {livemode ? 'live mode' : 'test mode'}
        </h2>
        <span class="fill" />
        {types.length > used.length && (
          <button type="button" class="button slim" onClick={() => (isAll.value = !isAll.value)}>
            {isAll.value ? 'Hide unused types' : `Show all ${types.length} types`}
          </button>
        )}
      </div>
      <Table<Row>
        label={`Types of ${account}`}
        columns={columns}
        rows={shown.map((type) => ({ ...type, id: type.type }))}
        empty={<Empty title="No object yet">Start a backfill, or wait for the first event.</Empty>}
        href={({ type }) => href('events', null, { type: `${type}.*` })}
      />
    </section>
  );
}

const columns: readonly Column<Row>[] = [
  { label: 'Type', cell: ({ table }) => table, by: ({ table }) => table },
  { label: 'Rows', cell: ({ rows }) => amount(rows), by: ({ rows }) => rows.value, right: true },
  {
    label: 'Waiting',
    cell: ({ unproven }) => (unproven.value === 0 ? <span class="soft">0</span> : amount(unproven)),
    by: ({ unproven }) => unproven.value,
    right: true,
  },
  {
    label: 'Oldest hint',
    cell: ({ oldestAt }) => <Moment at={time(oldestAt)} />,
    by: ({ oldestAt }) => oldestAt ?? '',
  },
  { label: 'Proven equal', cell: (row) => <Proven row={row} />, by: ({ provenAt }) => provenAt ?? '' },
  { label: 'Drift, 30 days', cell: (row) => <Drift row={row} />, by: ({ drift }) => drift.found, right: true },
];

function Proven({ row }: { row: Row }): VNode {
  if (!row.isListed) return <span class="soft">with its owner</span>;
  return (
    <>
      {row.provenAt === null ? <span class="soft">never</span> : <Moment at={time(row.provenAt)} />}{' '}
      {row.note !== null && <Pill tone="warn">{row.note.replaceAll('_', ' ')}</Pill>}
    </>
  );
}

function Drift({ row }: { row: Row }): VNode {
  const { found, causes } = row.drift;
  const title = causes.map(({ cause, found: times }) => `${causeTexts[cause] ?? cause}: ${times}`).join('\n');
  if (found === 0 && causes.length === 0) return <span class="soft">0</span>;
  const all = causes.reduce((sum, { found: times }) => sum + times, 0);
  return (
    <a href={href('drift', null, { type: row.type })} title={title}>
      {Math.max(found, all).toLocaleString('en-US')}
    </a>
  );
}

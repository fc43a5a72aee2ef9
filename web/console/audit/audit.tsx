import type { VNode } from 'preact';
import type { AuditJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Moment } from '../../shared/moment.js';
import { Pill } from '../../shared/pill.js';
import { setFilter, type Route } from '../../shared/route.js';
import { Table, type Column } from '../../shared/table.js';
import { ask } from '../api.js';
import { TextFilter } from '../filter.js';
import { useFetched } from '../load.js';
import { time } from '../words.js';

type Row = AuditJson[number] & { id: string };

/** Who did what from the console, the latest first. */
export function Audit({ route }: { route: Route }): VNode {
  const { who, target, before } = route.query;
  const query = { who, target, before };
  const page = useFetched(`audit ${JSON.stringify(query)}`, () => ask<AuditJson>('/audit', query));
  const last = page.value.value?.at(-1);
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>Audit</h1>
          <p class="soft">What was done from the console, and each look at personal data. Kept for 400 days.</p>
        </div>
      </header>
      <div class="toolbar" role="search" aria-label="Filter the audit">
        <TextFilter route={route} name="who" label="Who" placeholder="Who" />
        <TextFilter route={route} name="target" label="About" placeholder="About: cus_…" />
      </div>
      <Table<Row>
        label="Audit"
        columns={columns}
        rows={page.value.value?.map((entry) => ({ ...entry, id: String(entry.number) }))}
        failed={page.failed.value}
        onRetry={page.again}
        empty={<Empty title="No entries">Nobody did anything from the console yet.</Empty>}
      />
      {last !== undefined && (page.value.value?.length ?? 0) >= 100 && (
        <button type="button" class="button" onClick={() => setFilter(route, { before: String(last.number) })}>
          Older
        </button>
      )}
    </div>
  );
}

const columns: readonly Column<Row>[] = [
  { label: 'When', cell: ({ at }) => <Moment at={time(at)} /> },
  { label: 'Who', cell: ({ who }) => who },
  { label: 'What', cell: ({ action }) => action },
  { label: 'About', cell: ({ target }) => <span class="mono">{target}</span> },
  {
    label: 'Outcome',
    cell: ({ outcome, failed }) =>
      failed ? <Pill tone="bad">{outcome ?? 'failed'}</Pill> : (outcome ?? <span class="soft">not known</span>),
  },
  { label: 'Note', cell: ({ note }) => note ?? '' },
];

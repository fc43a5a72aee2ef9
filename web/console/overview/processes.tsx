import type { VNode } from 'preact';
import type { StatusJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Moment } from '../../shared/moment.js';
import { Table, type Column } from '../../shared/table.js';
import { time } from '../words.js';

type Row = StatusJson['processes'][number];

/** The processes that live, and what each does. */
export function Processes({ report }: { report: StatusJson }): VNode {
  return (
    <section class="section" aria-label="Processes">
      <h2>Processes</h2>
      <Table<Row>
        label="Processes"
        columns={columns}
        rows={report.processes}
        empty={<Empty title="No process works on this database">Start lockstep serve.</Empty>}
      />
    </section>
  );
}

const columns: readonly Column<Row>[] = [
  { label: 'Process', cell: ({ host, pid }) => `${host}, ${pid}` },
  { label: 'Does', cell: (row) => worksOf(row).join(', ') },
  { label: 'Since', cell: ({ startedAt }) => <Moment at={time(startedAt)} /> },
  { label: 'Seen', cell: ({ seenAt }) => <Moment at={time(seenAt)} /> },
];

function worksOf({ proves, sweeps, feed, duties, paused }: Row): string[] {
  return [
    ...(proves ? [paused === null ? 'proves' : `proves (paused: ${paused})`] : []),
    ...(sweeps ? ['sweeps'] : []),
    ...(duties.webhooks ? ['takes webhooks'] : []),
    ...(duties.pollEveryMs !== null || feed === 'poll' ? ["reads Stripe's list"] : []),
  ];
}

import type { VNode } from 'preact';
import type { HooksJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Moment } from '../../shared/moment.js';
import { Pill } from '../../shared/pill.js';
import { Table, type Column } from '../../shared/table.js';
import { toast } from '../../shared/toast.js';
import { ask, mayAct, tell } from '../api.js';
import { useFetched } from '../load.js';
import { plural, time } from '../words.js';

type Row = HooksJson['hooks'][number] & { id: string };
type DeadRow = HooksJson['dead'][number] & { id: string };

/** The app's hooks, what waits for each, and the runs that gave up. */
export function Hooks(): VNode {
  const page = useFetched('hooks', () => ask<HooksJson>('/hooks'), 3_000);
  const known = page.value.value;
  const retry = ({ hook, reason }: DeadRow): void => {
    tell<{ retried: number }>('/hooks/retry', { hook, ...(reason === '' ? {} : { reason }) })
      .then(({ retried }) => toast(`${plural(retried, 'run')} tried again`))
      .catch((error: Error) => toast(error.message, 'bad'))
      .finally(page.again);
  };
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>Hooks</h1>
          <p class="soft">What your app does after a change. A run that fails is tried again, and then it gives up.</p>
        </div>
      </header>
      <Table<Row>
        label="Hooks"
        columns={columns}
        rows={known?.hooks.map((hook) => ({ ...hook, id: hook.name }))}
        failed={page.failed.value}
        onRetry={page.again}
        empty={<Empty title="No hooks">An app registers them with lockstep.on and lockstep.onEvent.</Empty>}
      />
      {(known?.dead.length ?? 0) > 0 && (
        <section class="section" aria-label="Runs that gave up">
          <h2>Runs that gave up</h2>
          <Table<DeadRow>
            label="Runs that gave up"
            columns={[...deadColumns, ...(mayAct() ? [retryColumn(retry)] : [])]}
            rows={known?.dead.map((group) => ({ ...group, id: `${group.hook} ${group.reason}` }))}
            empty={<Empty title="None" />}
          />
        </section>
      )}
    </div>
  );
}

const columns: readonly Column<Row>[] = [
  { label: 'Hook', cell: ({ name }) => name },
  { label: 'Runs', cell: ({ kind, topic }) => `${{ change: 'with', after: 'after', event: 'on' }[kind]} ${topic}` },
  { label: 'Waiting', cell: ({ waiting }) => (waiting >= 1_000 ? '1,000 or more' : waiting), right: true },
  { label: 'Oldest', cell: ({ oldestAt }) => <Moment at={time(oldestAt)} /> },
  {
    label: 'Gave up',
    cell: ({ dead }) => (dead === 0 ? <span class="soft">0</span> : <Pill tone="bad">{String(dead)}</Pill>),
  },
  { label: 'Registered', cell: ({ seenAt }) => <Moment at={time(seenAt)} /> },
];

const deadColumns: readonly Column<DeadRow>[] = [
  { label: 'Hook', cell: ({ hook }) => hook },
  { label: 'Reason', cell: ({ reason }) => <span class="wraps">{reason}</span> },
  { label: 'Runs', cell: ({ count }) => count, right: true },
  { label: 'Since', cell: ({ since }) => <Moment at={time(since)} /> },
  { label: 'Such as', cell: ({ ids }) => ids.join(', ') },
];

const retryColumn = (retry: (row: DeadRow) => void): Column<DeadRow> => ({
  label: 'Retry',
  cell: (row) => (
    <button type="button" class="button slim" onClick={() => retry(row)}>
      Retry
    </button>
  ),
});

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { JobJson, JobsJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Moment } from '../../shared/moment.js';
import { Pill } from '../../shared/pill.js';
import { Failed, Table, type Column } from '../../shared/table.js';
import { toast } from '../../shared/toast.js';
import { ask, mayAct, tell } from '../api.js';
import { useFetched } from '../load.js';
import { lasting, plural, time } from '../words.js';
import { StartJob } from './start-job.js';

type TypeRow = JobsJson['types'][number] & { id: string };

/** Backfill, sweeps, and verify: start, follow, stop, and how each type stands. */
export function Jobs(): VNode {
  const page = useFetched('jobs', () => ask<JobsJson>('/jobs'), 2_000);
  const kind = useSignal<JobJson['kind'] | null>(null);
  const known = page.value.value;
  if (known === undefined && page.failed.value !== null)
    return <Failed reason={page.failed.value} onRetry={page.again} />;
  const running = known?.jobs.filter(({ finishedAt }) => finishedAt === null) ?? [];
  const ended = known?.jobs.filter(({ finishedAt }) => finishedAt !== null) ?? [];
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>Backfill, sweeps, verify</h1>
          <p class="soft">A backfill loads what Stripe has. A sweep and verify compare it with your database.</p>
        </div>
        {mayAct() &&
          kinds.map(([value, text]) => (
            <button key={value} type="button" class="button" onClick={() => (kind.value = value)}>
              {text}
            </button>
          ))}
      </header>
      {running.map((job) => (
        <Running key={job.number} job={job} onStop={page.again} />
      ))}
      <section class="section" aria-label="Types">
        <h2>Types</h2>
        <Table<TypeRow>
          label="Types"
          columns={columns}
          rows={known?.types.map((type) => ({ ...type, id: `${type.account} ${type.livemode} ${type.type}` }))}
          empty={<Empty title="Nothing was listed yet">Start a backfill to load what Stripe has.</Empty>}
        />
      </section>
      <section class="section" aria-label="Started from here">
        <h2>Started from here</h2>
        <Table<JobJson & { id: string }>
          label="Started from here"
          columns={jobColumns}
          rows={known && ended.map((job) => ({ ...job, id: String(job.number) }))}
          empty={<Empty title="Nothing yet">What the commands and the schedule start is not in this list.</Empty>}
        />
      </section>
      {kind.value !== null && <StartJob kind={kind.value} onClose={() => (kind.value = null)} onStarted={page.again} />}
    </div>
  );
}

const kinds = [
  ['backfill', 'Backfill …'],
  ['sweep', 'Sweep …'],
  ['verify', 'Verify …'],
] as const;

function Running({ job, onStop }: { job: JobJson; onStop: () => void }): VNode {
  const { listed = {}, done = [], differences = 0 } = job.progress;
  const objects = Object.values(listed).reduce((sum, count) => sum + count, 0);
  const ms = Date.now() - Date.parse(job.startedAt);
  const stop = (): void => {
    tell('/jobs/stop', { number: job.number })
      .then(() => toast('It ends in a few seconds. What it did stays done.'))
      .catch((error: Error) => toast(error.message, 'bad'))
      .finally(onStop);
  };
  return (
    <section class="card" aria-label={`Running ${job.kind}`}>
      <div class="toolbar">
        <h2 class="capital">{job.kind}</h2>
        <Pill tone="accent">{job.stopBy === null ? 'Running' : `Stopping, asked by ${job.stopBy}`}</Pill>
        <span class="fill" />
        {mayAct() && job.stopBy === null && (
          <button type="button" class="button slim" onClick={stop}>
            Stop
          </button>
        )}
      </div>
      <p role="status">
        {plural(objects, 'object')} listed, {plural(done.length, 'type')} done
        {job.kind === 'verify' && `, ${plural(differences, 'difference')}`}; {lasting(ms)}
        {ms > 3_000 && objects > 0 && `, ${Math.round(objects / (ms / 1_000)).toLocaleString('en-US')} a second`}
      </p>
      <p class="soft small">
        Started by {job.byWhom}
        {job.asked.types && `: ${job.asked.types.join(', ')}`}
      </p>
    </section>
  );
}

const columns: readonly Column<TypeRow>[] = [
  { label: 'Type', cell: ({ table }) => table, by: ({ table }) => table },
  {
    label: 'Backfill',
    cell: ({ backfill }) => {
      if (backfill === null) return <span class="soft">–</span>;
      const at = time(backfill.finishedAt);
      const listed = backfill.listed.toLocaleString('en-US');
      return at === null ? (
        `${listed} so far`
      ) : (
        <>
          {listed}, <Moment at={at} />
        </>
      );
    },
  },
  {
    label: 'Last sweep of everything',
    cell: ({ sweep }) =>
      sweep === null ? <span class="soft">–</span> : <Moment at={time(sweep.finishedAt ?? sweep.startedAt)} />,
    by: ({ sweep }) => sweep?.finishedAt ?? '',
  },
  { label: 'Listed', cell: ({ sweep }) => sweep?.listed.toLocaleString('en-US') ?? '–', right: true },
  { label: 'Differences', cell: ({ sweep }) => sweep?.differences.toLocaleString('en-US') ?? '–', right: true },
  {
    label: 'Note',
    cell: ({ sweep, backfill }) => {
      const note = sweep?.note ?? backfill?.note ?? null;
      return note === null ? '' : <Pill tone="warn">{note.replaceAll('_', ' ')}</Pill>;
    },
  },
];

const jobColumns: readonly Column<JobJson & { id: string }>[] = [
  { label: 'What', cell: ({ kind, asked }) => [kind, ...(asked.types ?? [])].join(' ') },
  { label: 'By', cell: ({ byWhom }) => byWhom },
  { label: 'Started', cell: ({ startedAt }) => <Moment at={time(startedAt)} /> },
  { label: 'Took', cell: ({ startedAt, finishedAt }) => lasting((time(finishedAt) ?? 0) - Date.parse(startedAt)) },
  {
    label: 'Outcome',
    cell: ({ outcome, failed }) => (failed ? <Pill tone="bad">{outcome ?? 'failed'}</Pill> : (outcome ?? '')),
  },
];

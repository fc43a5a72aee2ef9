import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { DriftJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Moment } from '../../shared/moment.js';
import { Pill } from '../../shared/pill.js';
import { href, setFilter, type Route } from '../../shared/route.js';
import { Table, type Column } from '../../shared/table.js';
import { toast } from '../../shared/toast.js';
import { ask, mayAct, tell } from '../api.js';
import { Confirm } from '../confirm.js';
import { ChoiceFilter, TextFilter } from '../filter.js';
import { useFetched } from '../load.js';
import { causeTexts, howTexts, plural, time } from '../words.js';

type Row = DriftJson['found'][number] & { id: string; key: string };
interface Group {
  id: string;
  found: number;
  open: number;
  types: string[];
}

/** Objects that were found to differ from Stripe, by cause. */
export function Drift({ route }: { route: Route }): VNode {
  const { cause, type, state, before } = route.query;
  const query = { cause, type, before, open: state === 'open' ? true : undefined };
  const page = useFetched(`drift ${JSON.stringify(query)}`, () => ask<DriftJson>('/drift', query));
  const known = page.value.value;
  const groups = groupsOf(known);
  const open = groups.filter(({ id }) => !cause || id === cause).reduce((sum, one) => sum + one.open, 0);
  const last = known?.found.at(-1);
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>Drift</h1>
          <p class="soft">
            Where a sweep or verify found your database to differ from Stripe, and why. Kept for 45 days.
          </p>
        </div>
        {mayAct() && open > 0 && <Repair cause={cause} type={type} open={open} onDone={page.again} />}
      </header>
      <section class="section" aria-label="Causes">
        <h2>Causes</h2>
        <Table<Group>
          label="Causes"
          columns={causeColumns}
          rows={known && groups}
          empty={<Empty title="No difference was found">Sweeps and verify compare every object with Stripe.</Empty>}
          href={({ id }) => href('drift', null, { ...route.query, cause: id, before: '' })}
        />
      </section>
      <section class="section" aria-label="Objects">
        <div class="toolbar" role="search" aria-label="Filter differences">
          <h2>Objects</h2>
          <span class="fill" />
          <ChoiceFilter
            route={route}
            name="cause"
            label="Cause"
            options={[['', 'Any cause'], ...Object.entries(causeTexts)]}
          />
          <TextFilter route={route} name="type" label="Type" placeholder="Type: customer" />
          <ChoiceFilter route={route} name="state" label="State" options={states} />
        </div>
        <Table<Row>
          label="Objects"
          columns={columns}
          rows={known?.found.map((one) => ({ ...one, key: String(one.number) }))}
          failed={page.failed.value}
          onRetry={page.again}
          empty={<Empty title="No object matches">Widen the filter.</Empty>}
          href={({ id }) => href('objects', id)}
        />
        {last !== undefined && (known?.found.length ?? 0) >= 100 && (
          <button type="button" class="button" onClick={() => setFilter(route, { before: String(last.number) })}>
            Older
          </button>
        )}
      </section>
    </div>
  );
}

const states = [
  ['', 'Repaired or not'],
  ['open', 'Not repaired'],
] as const;

function groupsOf(page: DriftJson | undefined): Group[] {
  const groups = new Map<string, Group>();
  for (const { cause, type, found, open } of page?.causes ?? []) {
    const group = groups.get(cause) ?? { id: cause, found: 0, open: 0, types: [] };
    groups.set(cause, { ...group, found: group.found + found, open: group.open + open, types: [...group.types, type] });
  }
  return [...groups.values()].sort((a, b) => b.open - a.open || b.found - a.found);
}

function Repair(props: {
  cause: string | undefined;
  type: string | undefined;
  open: number;
  onDone: () => void;
}): VNode {
  const isAsking = useSignal(false);
  const { cause, type, open } = props;
  const what = { ...(cause ? { cause } : {}), ...(type ? { type } : {}) };
  return (
    <>
      <button type="button" class="button" onClick={() => (isAsking.value = true)}>
        Repair …
      </button>
      {isAsking.value && (
        <Confirm
          title={`Repair ${plural(open, 'difference')}`}
          text={`${cause ? `Cause: ${causeTexts[cause] ?? cause}. ` : ''}Each object is read from Stripe again, 5,000 of them at most.`}
          button="Repair"
          onClose={() => (isAsking.value = false)}
          onConfirm={async (note) => {
            const { objects } = await tell<{ objects: number }>('/drift/repair', { ...what, note });
            toast(`${plural(objects, 'object')} will be read again`);
            props.onDone();
          }}
        />
      )}
    </>
  );
}

const causeColumns: readonly Column<Group>[] = [
  { label: 'Cause', cell: ({ id }) => causeTexts[id] ?? id },
  { label: 'Found', cell: ({ found }) => found.toLocaleString('en-US'), by: ({ found }) => found, right: true },
  { label: 'Not repaired', cell: ({ open }) => open.toLocaleString('en-US'), by: ({ open }) => open, right: true },
  { label: 'Types', cell: ({ types }) => [...new Set(types)].join(', ') },
];

const columns: readonly Column<Row>[] = [
  { label: 'Object', cell: ({ id }) => <span class="mono">{id}</span> },
  { label: 'Type', cell: ({ type }) => type },
  { label: 'How', cell: ({ how }) => howTexts[how] ?? how },
  {
    label: 'Cause',
    cell: ({ cause, detail }) => <span title={detail ?? ''}>{causeTexts[cause] ?? cause}</span>,
  },
  {
    label: 'Found',
    cell: ({ foundAt, by }) => (
      <>
        <Moment at={time(foundAt)} /> by {by}
      </>
    ),
  },
  { label: 'Repaired', cell: (row) => <Repaired of={row} /> },
];

function Repaired({ of: { repairedAt } }: { of: Row }): VNode {
  if (repairedAt === null) return <Pill tone="bad">Not repaired</Pill>;
  return (
    <>
      <Pill tone="good">Repaired</Pill> <Moment at={time(repairedAt)} />
    </>
  );
}

import type { VNode } from 'preact';
import type { RefusedJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Moment } from '../../shared/moment.js';
import { href } from '../../shared/route.js';
import { Table, type Column } from '../../shared/table.js';
import { ask } from '../api.js';
import { useFetched } from '../load.js';
import { amount, ignoredTexts, refusalTexts, time } from '../words.js';

type Refusal = RefusedJson['reasons'][number] & { id: string };
type Ignored = RefusedJson['ignored'][number] & { id: string };

/** What came and was not taken, with the reason. */
export function Refused(): VNode {
  const report = useFetched('refused', () => ask<RefusedJson>('/refused'));
  const known = report.value.value;
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>Refused and ignored</h1>
          <p class="soft">
            Deliveries that were refused, which anybody can send, and events that were kept and changed nothing.
          </p>
        </div>
      </header>
      <section class="section" aria-label="Refused deliveries">
        <h2>Refused deliveries</h2>
        <Table<Refusal>
          label="Refused deliveries"
          columns={refusals}
          rows={known?.reasons.map((one) => ({ ...one, id: one.reason }))}
          failed={report.failed.value}
          onRetry={report.again}
          empty={<Empty title="No delivery was refused">The last thousand are kept.</Empty>}
        />
      </section>
      <section class="section" aria-label="Ignored events">
        <h2>Ignored events</h2>
        <Table<Ignored>
          label="Ignored events"
          columns={ignored}
          rows={known?.ignored.map((one) => ({ ...one, id: `${one.account} ${one.livemode} ${one.reason}` }))}
          empty={
            <Empty title="No event was ignored">Every event that came was about something that is mirrored.</Empty>
          }
          href={() => href('events', null, { state: 'ignored' })}
        />
      </section>
    </div>
  );
}

const refusals: readonly Column<Refusal>[] = [
  { label: 'Reason', cell: ({ reason }) => refusalTexts[reason] ?? reason },
  { label: 'Deliveries', cell: ({ count }) => count.toLocaleString('en-US'), by: ({ count }) => count, right: true },
  { label: 'Last', cell: ({ lastAt }) => <Moment at={time(lastAt)} />, by: ({ lastAt }) => lastAt },
  { label: 'Names the event', cell: ({ lastEvent }) => lastEvent ?? '–' },
];

const ignored: readonly Column<Ignored>[] = [
  { label: 'Reason', cell: ({ reason }) => ignoredTexts[reason] ?? reason },
  { label: 'Account', cell: ({ account }) => account },
  { label: 'Events', cell: ({ events }) => amount(events), right: true },
  { label: 'Last', cell: ({ lastAt }) => <Moment at={time(lastAt)} /> },
  { label: 'Last event', cell: ({ lastType, lastId }) => `${lastType} ${lastId}` },
];

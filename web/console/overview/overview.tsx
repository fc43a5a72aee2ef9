import type { VNode } from 'preact';
import type { DeadJson, RefusedJson, StatusJson } from '../../../src/http/console/answers.js';
import { Moment } from '../../shared/moment.js';
import type { Route } from '../../shared/route.js';
import { Failed } from '../../shared/table.js';
import { ask } from '../api.js';
import { live } from '../live.js';
import { useFetched } from '../load.js';
import { amount, lasting, plural, time } from '../words.js';
import { Plots } from '../plot/plots.js';
import { Head } from './head.js';
import { NeedsYou } from './needs-you.js';
import { Processes } from './processes.js';
import { Types } from './types.js';

/** Whether the mirror is in step, why not, what to do, and how each type stands. */
export function Overview({ route }: { route: Route }): VNode {
  const status = useFetched('status', () => ask<StatusJson>('/status'));
  const refused = useFetched('refused', () => ask<RefusedJson>('/refused'), 15_000);
  const dead = useFetched('dead', () => ask<DeadJson>('/dead'), 15_000);
  const report = status.value.value;
  if (report === undefined && status.failed.value !== null)
    return <Failed reason={status.failed.value} onRetry={status.again} />;
  if (report === undefined) return <p class="page soft">Reading …</p>;
  return (
    <div class="page">
      <Head state={live.value ?? report} provenAt={report.provenAt} at={live.value?.at ?? report.at} />
      <div class="tiles">
        <Waiting report={report} />
        <Feed report={report} refused={refused.value.value} />
        <Work report={report} />
      </div>
      <NeedsYou report={report} refused={refused.value.value} dead={dead.value.value} />
      <Plots route={route} />
      {report.sources.map((source) => (
        <Types key={`${source.account} ${source.livemode}`} source={source} />
      ))}
      <Processes report={report} />
    </div>
  );
}

function Waiting({ report }: { report: StatusJson }): VNode {
  const now = live.value ?? report;
  const { forecast } = report;
  const end =
    forecast.seconds === null
      ? { nobody_proves: 'no process reads them', paused: 'paused', none: '' }[forecast.because ?? 'none']
      : forecast.seconds === 0
        ? ''
        : `none in ${lasting(forecast.seconds * 1_000)} at the soonest`;
  return (
    <section class="tile" aria-label="Waiting">
      <h2>Waiting for a proof</h2>
      <p class="figure">{amount(now.unproven)}</p>
      <p class="soft small">
        {now.oldestAt === null ? (
          'nothing waits'
        ) : (
          <>
            oldest hint <Moment at={time(now.oldestAt)} />
          </>
        )}
        {end !== '' && `, ${end}`}
      </p>
      <p class="soft small">
        {plural(now.dead.value, 'dead letter')}, {amount(now.hooks.waiting)} runs of hooks
      </p>
    </section>
  );
}

function Feed({ report, refused }: { report: StatusJson; refused: RefusedJson | undefined }): VNode {
  const accepted = newest(report.sources.map(({ acceptedAt }) => acceptedAt));
  const polled = newest(report.sources.map(({ polledAt }) => polledAt));
  return (
    <section class="tile" aria-label="Feed">
      <h2>Newest delivery</h2>
      <p class="figure">{accepted === null ? 'None yet' : <Moment at={accepted} />}</p>
      <p class="soft small">
        {polled === null ? (
          "Stripe's list was not read yet"
        ) : (
          <>
            Stripe's list read <Moment at={polled} />
          </>
        )}
      </p>
      <p class="soft small">
        {(refused?.refused.count ?? report.refused.count).toLocaleString('en-US')} refused, {amount(report.quarantined)}{' '}
        ignored
      </p>
    </section>
  );
}

function Work({ report }: { report: StatusJson }): VNode {
  const { pace, processes } = report;
  return (
    <section class="tile" aria-label="Requests">
      <h2>Requests to Stripe</h2>
      <p class="figure">{pace === null ? '–' : `${Math.round(pace.perS)} of ${Math.round(pace.allowedPerS)} / s`}</p>
      <p class="soft small">in the last minute, of what is allowed</p>
      <p class="soft small">{plural(processes.length, 'process works', 'processes work')} on this database</p>
    </section>
  );
}

function newest(times: readonly (string | null)[]): number | null {
  const known = times.flatMap((text) => (text === null ? [] : [Date.parse(text)]));
  return known.length === 0 ? null : Math.max(...known);
}

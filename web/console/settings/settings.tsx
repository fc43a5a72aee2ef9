import { useSignal } from '@preact/signals';
import { Fragment, type VNode } from 'preact';
import type { SettingJson, StatusJson } from '../../../src/http/console/answers.js';
import { Facts } from '../../shared/facts.js';
import { Id } from '../../shared/id.js';
import { Moment } from '../../shared/moment.js';
import { Pill } from '../../shared/pill.js';
import { Failed } from '../../shared/table.js';
import { ask, mayAct, tell } from '../api.js';
import { Confirm } from '../confirm.js';
import { useFetched } from '../load.js';
import { lasting, time } from '../words.js';

type SourceJson = StatusJson['sources'][number];

/** The accounts that are mirrored, whether they are paused, and the settings without secrets. */
export function Settings(): VNode {
  const status = useFetched('status', () => ask<StatusJson>('/status'));
  const settings = useFetched('settings', () => ask<SettingJson[]>('/settings'), 0);
  const report = status.value.value;
  if (report === undefined && status.failed.value !== null)
    return <Failed reason={status.failed.value} onRetry={status.again} />;
  return (
    <div class="page">
      <header class="head">
        <h1>Sources and settings</h1>
      </header>
      {report?.sources.map((source) => (
        <SourceCard key={`${source.account} ${source.livemode}`} of={source} report={report} onDone={status.again} />
      ))}
      <section class="section" aria-label="Settings">
        <h2>Settings of the process that answers</h2>
        <dl class="facts card">
          {settings.value.value?.map(({ name, value }) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd class="mono">{value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </Fragment>
          ))}
        </dl>
      </section>
    </div>
  );
}

function SourceCard({ of, report, onDone }: { of: SourceJson; report: StatusJson; onDone: () => void }): VNode {
  const isAsking = useSignal(false);
  const { account, livemode, platform } = of;
  const hold = report.holds.find((one) => one.account === platform && one.livemode === livemode);
  return (
    <section class="section" aria-label={account}>
      <div class="toolbar">
        <h2>
          <Id value={account} /> {livemode ? 'live mode' : 'test mode'}
        </h2>
        {hold && <Pill tone="warn">{`Paused by ${hold.by}`}</Pill>}
        <span class="fill" />
        {mayAct() && account === platform && (
          <button type="button" class="button slim" onClick={() => (isAsking.value = true)}>
            {hold ? 'Resume …' : 'Pause …'}
          </button>
        )}
      </div>
      <div class="card">
        <Facts rows={factsOf(of, hold)} />
      </div>
      {isAsking.value && (
        <Confirm
          title={hold ? `Resume ${account}` : `Pause ${account} for an hour`}
          text={hold ? 'Marked objects are read again.' : 'Events are stored and marked. Nothing is read from Stripe.'}
          button={hold ? 'Resume' : 'Pause'}
          onClose={() => (isAsking.value = false)}
          onConfirm={async (note) => {
            await tell(hold ? '/resume' : '/pause', { account, note, ...(hold ? {} : { minutes: 60 }) });
            onDone();
          }}
        />
      )}
    </section>
  );
}

function factsOf(of: SourceJson, hold: StatusJson['holds'][number] | undefined): [string, VNode | string | null][] {
  const at = (text: string | null): VNode | string => (text === null ? 'never' : <Moment at={time(text)} />);
  const toEdge = of.cursorAt === null ? null : 30 * 86_400_000 - (Date.now() - Date.parse(of.cursorAt));
  return [
    ['Mirrored since', at(of.boundAt)],
    ['Read with the key of', of.platform === of.account ? 'its own' : of.platform],
    ['Newest delivery', at(of.acceptedAt)],
    ["Stripe's list read", at(of.polledAt)],
    ['The list is read up to', of.cursorAt === null ? null : at(of.cursorAt)],
    ["Until the list's end", toEdge === null ? null : `${lasting(toEdge)}; Stripe keeps events for 30 days`],
    ['Reading fails', of.pollFailure === null ? 'no' : of.pollFailure.reason],
    ['Paused', hold === undefined ? 'no' : [hold.by, hold.reason].filter(Boolean).join(': ')],
  ];
}

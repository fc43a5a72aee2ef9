import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { DeadJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Moment } from '../../shared/moment.js';
import { Pill } from '../../shared/pill.js';
import { href } from '../../shared/route.js';
import { Failed } from '../../shared/table.js';
import { toast } from '../../shared/toast.js';
import { ask, mayAct, tell } from '../api.js';
import { Confirm } from '../confirm.js';
import { useFetched } from '../load.js';
import { plural, time } from '../words.js';

type Group = DeadJson[number];

/** Objects that could not be read, grouped by the reason. */
export function Dead(): VNode {
  const groups = useFetched('dead', () => ask<DeadJson>('/dead'), 3_000);
  const known = groups.value.value;
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>Dead letters</h1>
          <p class="soft">
            Objects that could not be read from Stripe after many tries. Each is tried again every hour.
          </p>
        </div>
      </header>
      {groups.failed.value !== null && known === undefined && (
        <Failed reason={groups.failed.value} onRetry={groups.again} />
      )}
      {known?.length === 0 && <Empty title="No dead letters">Every object that was hinted at could be read.</Empty>}
      <ul class="groups">
        {known?.map((group) => (
          <li key={`${group.type} ${group.reason}`} class="card">
            <DeadGroupCard group={group} onDone={groups.again} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function DeadGroupCard({ group, onDone }: { group: Group; onDone: () => void }): VNode {
  const asked = useSignal<'retry' | 'mute' | null>(null);
  const { type, reason, count, since, ids, mutedUntil, mutedBy } = group;
  const isMuted = mutedUntil !== null;
  return (
    <>
      <div class="toolbar">
        <h2>
          {plural(count, type.replaceAll(/[_.]/g, ' '))} <span class="soft">since</span> <Moment at={time(since)} />
        </h2>
        {isMuted && <Pill tone="quiet">{`Muted by ${mutedBy ?? ''}`}</Pill>}
        <span class="fill" />
        {mayAct() && (
          <button
            type="button"
            class="button slim"
            onClick={() => (isMuted ? void mute(group, 0, '').then(onDone) : (asked.value = 'mute'))}
          >
            {isMuted ? 'Unmute' : 'Mute …'}
          </button>
        )}
        {mayAct() && (
          <button type="button" class="button slim primary" onClick={() => (asked.value = 'retry')}>
            Retry {count === 1 ? '' : `all ${count.toLocaleString('en-US')}`} …
          </button>
        )}
      </div>
      <p class="reason">{reason === '' ? 'No reason is known' : reason}</p>
      <p class="soft small">
        {ids.map((id) => (
          <a {...{ key: id, class: 'mono', href: href('objects', id) }}>{id} </a>
        ))}
        {count > ids.length && `and ${plural(count - ids.length, 'other')}`}
      </p>
      {asked.value !== null && (
        <Asked what={asked.value} group={group} onClose={() => (asked.value = null)} onDone={onDone} />
      )}
    </>
  );
}

async function mute({ type, reason }: Group, days: number, note: string): Promise<void> {
  await tell('/dead/mute', { type, reason, days, note });
}

/** The dialog before a retry, or before a group is muted. */
function Asked(props: { what: 'retry' | 'mute'; group: Group; onClose: () => void; onDone: () => void }): VNode {
  const { what, group, onClose, onDone } = props;
  const { type, reason, count } = group;
  return (
    <>
      {what === 'retry' && (
        <Confirm
          title={`Retry ${plural(count, type)}`}
          text="Each is read from Stripe again, now. What cannot be read stays a dead letter."
          button="Retry"
          onClose={onClose}
          onConfirm={async (note) => {
            const { retried } = await tell<{ retried: number }>('/dead/retry', {
              type,
              ...(reason === '' ? {} : { reason }),
              note,
            });
            toast(
              retried === 0
                ? 'Somebody else was faster: none is left to retry'
                : `${plural(retried, 'object')} tried again`,
            );
            onDone();
          }}
        />
      )}
      {what === 'mute' && (
        <Confirm
          title={`Mute ${plural(count, type)}`}
          text="For 7 days the overview does not name them. The status and the alarms count them all the same."
          button="Mute for 7 days"
          onClose={onClose}
          onConfirm={async (note) => {
            await mute(group, 7, note);
            onDone();
          }}
        />
      )}
    </>
  );
}

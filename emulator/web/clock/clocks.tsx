import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { Switch } from '../../../web/shared/field.js';
import { useSubmission } from '../../../web/shared/form.js';
import { utc } from '../../../web/shared/moment.js';
import { Failed } from '../../../web/shared/table.js';
import { own, type Page } from '../api.js';
import { ClockForm } from './clock-form.js';
import { useEmulator } from '../emulator.js';
import { useLoaded } from '../loaded.js';
import { Section } from '../object-page.js';

export interface OwnClock {
  readonly now: string;
  readonly rate: number;
}

interface TestClock {
  readonly id: string;
  readonly name: string | null;
  readonly frozen_time: number;
  readonly status: string;
}

const STEPS = [
  { name: 'one hour', seconds: 3_600 },
  { name: 'one day', seconds: 86_400 },
  { name: '31 days', seconds: 31 * 86_400 },
] as const;

/** Advances the emulator's time or a test clock. Whatever falls due then happens, such as a renewal. */
export function Clocks(): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const creating = useSignal(false);
  const clock = useLoaded('clock', ['state', 'event'], () => own<OwnClock>('/_emulator/clock'));
  const tests = useLoaded('test-clocks', ['event'], () =>
    api.get<Page<TestClock>>('/v1/test_helpers/test_clocks', { limit: 100 }),
  );
  const move = (change: { advance_seconds?: number; rate?: number }) =>
    submission.run(async () => {
      await own('/_emulator/clock', change);
      clock.again();
    });
  const advance = (one: TestClock, seconds: number) =>
    submission.run(async () => {
      await api.post(`/v1/test_helpers/test_clocks/${one.id}/advance`, { frozen_time: one.frozen_time + seconds });
      tests.again();
    });
  const { value: now } = clock.value;
  return (
    <div class="object-page">
      <header class="head">
        <div class="fill">
          <h1>Clocks</h1>
          <p class="soft">Advance time; anything due happens</p>
        </div>
      </header>
      {clock.failed.value !== null ? (
        <Failed reason={clock.failed.value} onRetry={clock.again} />
      ) : (
        <div class="card clock">
          <p>
            Current time: <strong>{now === undefined ? '…' : utc(Date.parse(now.now))}</strong>
          </p>
          <Steps
            disabled={submission.busy.value}
            what="the emulator"
            onStep={(seconds) => move({ advance_seconds: seconds })}
          />
          <Switch
            label="Freeze time"
            on={now?.rate === 0}
            disabled={submission.busy.value || now === undefined}
            onToggle={(on) => move({ rate: on ? 0 : 1 })}
          />
          {submission.error.value !== null && (
            <p class="form-error" role="alert">
              {submission.error.value}
            </p>
          )}
        </div>
      )}
      <Section
        title="Test clocks"
        action={
          <button type="button" class="button slim" onClick={() => (creating.value = true)}>
            Create test clock
          </button>
        }
      >
        {tests.failed.value !== null && <Failed reason={tests.failed.value} onRetry={tests.again} />}
        {tests.value.value?.data.length === 0 && (
          <p class="soft">No test clocks. A test clock gives its customers their own time.</p>
        )}
        {tests.value.value?.data.map((one) => (
          <div key={one.id} class="card clock" data-id={one.id}>
            <p>
              <strong>{one.name ?? one.id}</strong>: {utc(one.frozen_time * 1_000)}, {one.status}
            </p>
            <Steps
              disabled={submission.busy.value}
              what={one.name ?? one.id}
              onStep={(seconds) => advance(one, seconds)}
            />
          </div>
        ))}
      </Section>
      {creating.value && <ClockForm onClose={() => (creating.value = false)} />}
    </div>
  );
}

function Steps(props: { what: string; disabled: boolean; onStep: (seconds: number) => void }): VNode {
  return (
    <div class="toolbar">
      {STEPS.map(({ name, seconds }) => (
        <button
          key={name}
          type="button"
          class="button"
          disabled={props.disabled}
          aria-label={`Advance ${props.what} by ${name}`}
          onClick={() => props.onStep(seconds)}
        >
          + {name}
        </button>
      ))}
    </div>
  );
}

import type { VNode } from 'preact';
import { Id } from '../shared/id.js';
import { clock, exact } from '../shared/moment.js';
import { sentence } from '../shared/request.js';
import type { DemoState } from '../../src/demo/side-by-side/state.js';

/** Says whether both sides are in step. The two bars of the logo are level only then. */
export function Status({ state, connected }: { state: DemoState; connected: boolean }): VNode {
  const { status, last } = state;
  const known = connected && status.inStep;
  return (
    <section class={`status ${known ? 'level' : 'behind'}`} aria-label="Status">
      <div class="bars" aria-hidden="true">
        <i />
        <i />
      </div>
      <div>
        <div role="status" data-in-step={String(known)}>
          <h1 title={moments(status)}>
            {connected ? sentence(status.text).replace(/\.$/, '') : 'Unknown: lost connection to the service'}
          </h1>
        </div>
        <p class="soft">
          {last ? (
            <>
              Last change: {last.type.replaceAll('_', ' ')} <Id value={last.id} /> in step after{' '}
              <strong class="ms">{last.ms} ms</strong>
            </>
          ) : (
            'No change seen since the service started'
          )}
        </p>
      </div>
    </section>
  );
}

function moments(status: DemoState['status']): string {
  if (status.inStep) return status.provenAt === null ? '' : `Proven ${exact(Date.parse(status.provenAt))}`;
  return status.since === null ? '' : `Since ${clock(status.since)}`;
}

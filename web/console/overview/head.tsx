import type { VNode } from 'preact';
import { exact, Moment, present } from '../../shared/moment.js';
import { lasting, states, time, type Headline } from '../words.js';
import { connected } from '../live.js';

/** The headline: the state, since when, and why. */
export function Head(props: { state: Headline; provenAt: string | null; at: string }): VNode {
  const { state, provenAt, at } = props;
  const { text, tone } = states[state.state];
  const since = time(state.since);
  const isOld = present() - Date.parse(at) > 15_000;
  return (
    <header class={`headline ${tone}`} data-state={state.state}>
      <div class="bars" aria-hidden="true">
        <i />
        <i />
      </div>
      <div>
        <div role="status">
          <h1>
            {text}
            {state.state === 'in_step' && provenAt !== null && (
              <>
                , proven <Moment at={time(provenAt)} />
              </>
            )}
            {state.state !== 'in_step' && since !== null && (
              <span title={exact(since)}> for {lasting(present() - since)}</span>
            )}
          </h1>
          {(isOld || !connected.value) && <p class="soft">As of {exact(Date.parse(at))}</p>}
        </div>
        <ul class="reasons">
          {state.reasons.map(({ code, text: reason, since: from }) => (
            <li key={`${code} ${reason}`}>
              {reason}{' '}
              {from !== null && (
                <span class="soft small">
                  since <Moment at={time(from)} />
                </span>
              )}
            </li>
          ))}
          {state.reasons.length === 0 && <li class="soft">Every type was compared with Stripe, and nothing waits.</li>}
        </ul>
        {state.state !== 'in_step' && provenAt !== null && (
          <p class="soft small">
            Every type was last proven equal <Moment at={time(provenAt)} />.
          </p>
        )}
      </div>
    </header>
  );
}

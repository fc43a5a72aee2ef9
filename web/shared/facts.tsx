import type { ComponentChildren, VNode } from 'preact';
import { Fragment } from 'preact';

/** A list of names and values. A row whose value is `undefined` is left out; `null` is shown as a dash. */
export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren])[] }): VNode {
  return (
    <dl class="facts">
      {rows
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value ?? <span class="soft">–</span>}</dd>
          </Fragment>
        ))}
    </dl>
  );
}

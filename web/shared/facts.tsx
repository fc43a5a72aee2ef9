import type { ComponentChildren, VNode } from 'preact';
import { Fragment } from 'preact';

/** A key-value list. Rows whose value is `undefined` are left out. */
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

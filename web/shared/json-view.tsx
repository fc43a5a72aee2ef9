import type { VNode } from 'preact';
import { copy } from './id.js';

/**
 * A JSON value whose branches can be folded. `was` holds earlier values in the form of Stripe's `previous_attributes`:
 * then changed paths are highlighted and show their earlier value, and branches without a change start folded below the
 * second level.
 */
export function JsonView({ value, was }: { value: unknown; was?: unknown }): VNode {
  return (
    <div class="json" tabIndex={0} role="group" aria-label="JSON">
      <Node name={null} value={value} was={was} depth={0} />
    </div>
  );
}

/** Copies a value as JSON. */
export function CopyJson({ value }: { value: unknown }): VNode {
  return (
    <button type="button" class="button slim" onClick={() => copy(JSON.stringify(value, null, 2))}>
      Copy JSON
    </button>
  );
}

function Node(props: { name: string | null; value: unknown; was: unknown; depth: number }): VNode {
  const { value, was, depth } = props;
  const key = props.name === null ? null : <span class="key">{props.name}: </span>;
  if (!isBranch(value)) {
    return (
      <span class={was === undefined ? '' : 'differs'}>
        {key}
        <Leaf value={value} />
        {was !== undefined && <Was value={was} />}
      </span>
    );
  }
  const entries = Object.entries(value as Record<string, unknown>);
  const list = Array.isArray(value);
  const inner = isBranch(was) ? (was as Record<string, unknown>) : undefined;
  if (entries.length === 0) {
    return (
      <span class={was === undefined ? '' : 'differs'}>
        {key}
        {list ? '[]' : '{}'}
        {was !== undefined && <Was value={was} />}
      </span>
    );
  }
  return (
    <details open={depth < 2 || inner !== undefined}>
      <summary>
        <span class={was !== undefined && !inner ? 'differs' : ''}>
          {key}
          {list ? '[' : '{'}
          <span class="folded soft">
            {` ${entries.length} ${list ? 'items' : 'fields'} `}
            {list ? ']' : '}'}
          </span>
          {was !== undefined && !inner && <Was value={was} />}
        </span>
      </summary>
      <ul>
        {entries.map(([name, child]) => (
          <li key={name}>
            <Node name={list ? null : name} value={child} was={inner?.[name]} depth={depth + 1} />
          </li>
        ))}
      </ul>
      {list ? ']' : '}'}
    </details>
  );
}

function Leaf({ value }: { value: unknown }): VNode {
  const kind = typeof value === 'string' ? 'string' : typeof value === 'number' ? 'number' : 'word';
  return <span class={kind}>{JSON.stringify(value)}</span>;
}

function Was({ value }: { value: unknown }): VNode {
  const text = JSON.stringify(value);
  return (
    <span class="was" title={text}>
      was {text.length > 60 ? `${text.slice(0, 60)}…` : text}
    </span>
  );
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

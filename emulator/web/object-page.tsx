import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Empty } from '../../web/shared/empty.js';
import { focusIfLost } from '../../web/shared/focus.js';
import { Failed } from '../../web/shared/table.js';
import type { Loaded } from './loaded.js';
import { href } from './route.js';

/** The layout of a page for one object: a link back to the list, then the content once the object is loaded. */
export function ObjectPage<T>(props: {
  back: { href: string; text: string };
  loaded: Loaded<T>;
  /** Whether the loaded object is a deleted one. */
  gone?: (value: T) => boolean;
  children: (value: T) => ComponentChildren;
}): VNode {
  const { loaded } = props;
  const value = loaded.value.value;
  return (
    <div class="object-page">
      <a class="back" href={props.back.href}>
        ← {props.back.text}
      </a>
      {loaded.failed.value !== null && value === undefined && !loaded.missing.value && (
        <Failed reason={loaded.failed.value} onRetry={loaded.again} />
      )}
      {value === undefined && loaded.missing.value && (
        <div class="card" role="alert">
          <Empty
            title="No such object"
            action={<a {...{ class: 'button', href: props.back.href }}>Go to {props.back.text.toLowerCase()}</a>}
          >
            {loaded.failed.value}
          </Empty>
        </div>
      )}
      {value === undefined && loaded.failed.value === null && (
        <div class="card" aria-busy="true" aria-label="Loading">
          <span class="skeleton" />
        </div>
      )}
      {value !== undefined &&
        (loaded.missing.value || props.gone?.(value) ? (
          <div class="card">
            <Empty title="This object was deleted" action={<a {...{ class: 'button', href: props.back.href }}>Back</a>}>
              Its events are still listed.
            </Empty>
          </div>
        ) : (
          props.children(value)
        ))}
    </div>
  );
}

export function Head(props: {
  title: ComponentChildren;
  under?: ComponentChildren;
  /** The object's id. Adds a link to the object as JSON. */
  json?: string;
  actions?: ComponentChildren;
}): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => focusIfLost(heading.current), []);
  return (
    <header class="head">
      <div class="fill">
        <h1 ref={heading} tabIndex={-1}>
          {props.title}
        </h1>
        {props.under && (
          <div class="under">
            {props.under}
            {props.json !== undefined && <a href={href('objects', props.json)}>JSON</a>}
          </div>
        )}
      </div>
      {props.actions && <div class="toolbar">{props.actions}</div>}
    </header>
  );
}

export function Section(props: { title: string; action?: ComponentChildren; children: ComponentChildren }): VNode {
  return (
    <section class="section" aria-label={props.title}>
      <div class="toolbar">
        <h2 class="fill">{props.title}</h2>
        {props.action}
      </div>
      {props.children}
    </section>
  );
}

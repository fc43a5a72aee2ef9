import type { ComponentChildren, VNode } from 'preact';

/** Shown in place of an empty list: what that means and what to do next. */
export function Empty(props: { title: string; children?: ComponentChildren; action?: ComponentChildren }): VNode {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      {props.children && <p>{props.children}</p>}
      {props.action}
    </div>
  );
}

import type { ComponentChildren, VNode } from 'preact';
import { useSending } from '../../web/shared/form.js';
import { toast } from '../../web/shared/toast.js';

/** A button that sends something at once and says how it went: for what can be taken back, or asks nothing. */
export function Action(props: {
  send: () => Promise<unknown>;
  done: string;
  slim?: boolean;
  label?: string;
  children: ComponentChildren;
}): VNode {
  const sending = useSending();
  const run = (): void =>
    sending.run(() =>
      props.send().then(
        () => toast(props.done),
        (thrown: Error) => toast(thrown.message, 'bad'),
      ),
    );
  return (
    <button
      type="button"
      class={props.slim ? 'button slim' : 'button'}
      disabled={sending.busy.value}
      onClick={run}
      {...(props.label === undefined ? {} : { 'aria-label': props.label })}
    >
      {props.children}
    </button>
  );
}

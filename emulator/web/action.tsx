import type { ComponentChildren, VNode } from 'preact';
import { useSubmission } from '../../web/shared/form.js';
import { toast } from '../../web/shared/toast.js';

/** A button that acts at once, without asking first, and shows the result as a toast. */
export function Action(props: {
  send: () => Promise<unknown>;
  done: string;
  slim?: boolean;
  label?: string;
  children: ComponentChildren;
}): VNode {
  const submission = useSubmission();
  const run = (): void =>
    submission.run(() =>
      props.send().then(
        () => toast(props.done),
        (thrown: Error) => toast(thrown.message, 'bad'),
      ),
    );
  return (
    <button
      type="button"
      class={props.slim ? 'button slim' : 'button'}
      disabled={submission.busy.value}
      onClick={run}
      {...(props.label === undefined ? {} : { 'aria-label': props.label })}
    >
      {props.children}
    </button>
  );
}

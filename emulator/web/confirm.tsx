import type { ComponentChildren, VNode } from 'preact';
import { Dialog } from '../../web/shared/dialog.js';
import { Form, useSubmission } from '../../web/shared/form.js';

/** Asks before something that cannot be undone. `title` names the object. */
export function Confirm(props: {
  title: string;
  children: ComponentChildren;
  confirm: string;
  keep: string;
  onClose: () => void;
  onConfirm: () => Promise<void>;
}): VNode {
  const submission = useSubmission();
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <Form
        submission={submission}
        submit={props.confirm}
        danger
        cancel={props.keep}
        onCancel={props.onClose}
        onSubmit={async () => {
          await props.onConfirm();
          props.onClose();
        }}
      >
        {props.children}
      </Form>
    </Dialog>
  );
}

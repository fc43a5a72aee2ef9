import type { ComponentChildren, VNode } from 'preact';
import { Dialog } from '../../web/shared/dialog.js';
import { Form, useSending } from '../../web/shared/form.js';

/** Asks before something that cannot be undone, naming the object in `title`. */
export function Confirm(props: {
  title: string;
  children: ComponentChildren;
  confirm: string;
  keep: string;
  onClose: () => void;
  onConfirm: () => Promise<void>;
}): VNode {
  const sending = useSending();
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <Form
        sending={sending}
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

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { Dialog } from '../shared/dialog.js';
import { Form, useSubmission } from '../shared/form.js';

/** Asks before something is done, and for a note that the audit keeps. */
export function Confirm(props: {
  title: string;
  text: string;
  button: string;
  danger?: boolean;
  onClose: () => void;
  onConfirm: (note: string) => Promise<void>;
}): VNode {
  const note = useSignal('');
  const submission = useSubmission();
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <Form
        submission={submission}
        submit={props.button}
        danger={props.danger ?? false}
        onCancel={props.onClose}
        onSubmit={async () => {
          await props.onConfirm(note.value);
          props.onClose();
        }}
      >
        <p>{props.text}</p>
        <div class="field">
          <label htmlFor="note">Note</label>
          <input
            id="note"
            class="input"
            maxLength={500}
            value={note.value}
            onInput={(event) => (note.value = event.currentTarget.value)}
            aria-describedby="note-hint"
          />
          <p class="hint" id="note-hint">
            Why, for the audit. May be empty.
          </p>
        </div>
      </Form>
    </Dialog>
  );
}

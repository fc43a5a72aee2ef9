import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface Submission {
  readonly busy: ReadonlySignal<boolean>;
  readonly error: ReadonlySignal<string | null>;
  /** Runs the work, unless earlier work is still running. If it throws, `error` is the message. */
  run(work: () => Promise<void>): void;
}

/** Runs the requests of one form or button, one at a time, and keeps whether one is running and what went wrong. */
export function useSubmission(): Submission {
  const busy = useSignal(false);
  const error = useSignal<string | null>(null);
  return {
    busy,
    error,
    run(work) {
      if (busy.value) return;
      busy.value = true;
      error.value = null;
      work()
        .catch((thrown: unknown) => {
          error.value = thrown instanceof Error ? thrown.message : String(thrown);
        })
        .finally(() => {
          busy.value = false;
        });
    },
  };
}

/** A form that shows the error of its submission, and disables its submit button while that runs. */
export function Form(props: {
  submission: Submission;
  submit: string;
  danger?: boolean;
  onCancel?: (() => void) | undefined;
  cancel?: string;
  onSubmit: () => Promise<void>;
  children?: ComponentChildren;
}): VNode {
  const { submission } = props;
  const failed = useRef<HTMLParagraphElement>(null);
  useEffect(() => failed.current?.scrollIntoView({ block: 'nearest' }), [submission.error.value]);
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submission.run(props.onSubmit);
      }}
    >
      {props.children}
      {submission.error.value !== null && (
        <p class="form-error" role="alert" ref={failed}>
          {submission.error.value}
        </p>
      )}
      <div class="dialog-foot">
        {props.onCancel && (
          <button type="button" class="button" onClick={props.onCancel}>
            {props.cancel ?? 'Cancel'}
          </button>
        )}
        <button type="submit" class={`button primary ${props.danger ? 'danger' : ''}`} disabled={submission.busy.value}>
          {submission.busy.value ? 'Sending …' : props.submit}
        </button>
      </div>
    </form>
  );
}

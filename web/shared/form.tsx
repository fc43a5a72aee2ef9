import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface Sending {
  readonly busy: ReadonlySignal<boolean>;
  readonly error: ReadonlySignal<string | null>;
  /** Runs the work unless one is under way; what it throws is shown in words, what was typed stays. */
  run(work: () => Promise<void>): void;
}

/** The state of one form or button while it talks to a server. */
export function useSending(): Sending {
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

/** A form with its error in words and its buttons disabled while sending. */
export function Form(props: {
  sending: Sending;
  submit: string;
  danger?: boolean;
  onCancel?: (() => void) | undefined;
  cancel?: string;
  onSubmit: () => Promise<void>;
  children?: ComponentChildren;
}): VNode {
  const { sending } = props;
  const failed = useRef<HTMLParagraphElement>(null);
  useEffect(() => failed.current?.scrollIntoView({ block: 'nearest' }), [sending.error.value]);
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        sending.run(props.onSubmit);
      }}
    >
      {props.children}
      {sending.error.value !== null && (
        <p class="form-error" role="alert" ref={failed}>
          {sending.error.value}
        </p>
      )}
      <div class="dialog-foot">
        {props.onCancel && (
          <button type="button" class="button" onClick={props.onCancel}>
            {props.cancel ?? 'Cancel'}
          </button>
        )}
        <button type="submit" class={`button primary ${props.danger ? 'danger' : ''}`} disabled={sending.busy.value}>
          {sending.busy.value ? 'Sending …' : props.submit}
        </button>
      </div>
    </form>
  );
}

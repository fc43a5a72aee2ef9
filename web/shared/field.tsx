import type { Signal } from '@preact/signals';
import type { ComponentChildren, InputHTMLAttributes, VNode } from 'preact';
import { useId } from 'preact/hooks';

/** A labeled text field bound to a signal, with an optional hint and error message. */
export function TextField(props: {
  label: string;
  value: Signal<string>;
  hint?: string;
  wrong?: string | null;
  focus?: boolean;
  inputMode?: 'decimal' | 'numeric' | 'email' | 'url';
  placeholder?: string;
}): VNode {
  const id = useId();
  const described = props.wrong ? `${id}-wrong` : props.hint ? `${id}-hint` : undefined;
  const attributes: InputHTMLAttributes<HTMLInputElement> = {
    id,
    class: 'input',
    type: 'text',
    autocomplete: 'off',
    value: props.value.value,
    onInput: (event) => {
      props.value.value = event.currentTarget.value;
    },
    'aria-invalid': props.wrong ? 'true' : 'false',
    ...(props.inputMode ? { inputMode: props.inputMode } : {}),
    ...(props.placeholder ? { placeholder: props.placeholder } : {}),
    ...(described ? { 'aria-describedby': described } : {}),
    ...(props.focus ? { autofocus: true } : {}),
  };
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input {...attributes} />
      {props.wrong && (
        <span class="wrong" id={`${id}-wrong`} role="alert">
          {props.wrong}
        </span>
      )}
      {props.hint && !props.wrong && (
        <span class="hint" id={`${id}-hint`}>
          {props.hint}
        </span>
      )}
    </div>
  );
}

/** A labeled date field. The value looks like `2027-01-31`. */
export function DateField(props: { label: string; value: Signal<string>; wrong?: string | null }): VNode {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="input"
        type="date"
        value={props.value.value}
        aria-invalid={props.wrong ? 'true' : 'false'}
        onInput={(event) => {
          props.value.value = event.currentTarget.value;
        }}
      />
      {props.wrong && (
        <span class="wrong" role="alert">
          {props.wrong}
        </span>
      )}
    </div>
  );
}

/** A labeled drop-down list. `options` are pairs of value and text. */
export function SelectField(props: {
  label: string;
  value: Signal<string>;
  options: readonly (readonly [string, string])[];
  hint?: string;
}): VNode {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        class="select"
        style={{ width: '100%' }}
        value={props.value.value}
        onChange={(event) => {
          props.value.value = event.currentTarget.value;
        }}
      >
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {props.hint && <span class="hint">{props.hint}</span>}
    </div>
  );
}

/** One of several radio buttons. */
export function Choice(props: {
  name: string;
  option: string;
  value: Signal<string>;
  children: ComponentChildren;
}): VNode {
  return (
    <label class="choice">
      <input
        type="radio"
        name={props.name}
        checked={props.value.value === props.option}
        onChange={() => {
          props.value.value = props.option;
        }}
      />
      <span>{props.children}</span>
    </label>
  );
}

/** An on/off switch. */
export function Switch(props: {
  label: string;
  on: boolean;
  disabled?: boolean;
  onToggle: (on: boolean) => void;
}): VNode {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={props.on}
        disabled={props.disabled ?? false}
        onChange={(event) => props.onToggle(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}

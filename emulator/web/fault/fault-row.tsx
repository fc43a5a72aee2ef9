import type { VNode } from 'preact';
import { Switch } from '../../../web/shared/field.js';
import { maxOf, type FaultState, type FaultWords } from './fault-words.js';

/** One fault: a switch, and a number that says how often or how long. */
export function FaultRow(props: {
  fault: FaultWords;
  state: FaultState | undefined;
  disabled: boolean;
  onSet: (changes: FaultState) => void;
}): VNode {
  const { fault, state, onSet } = props;
  const value = state?.[fault.name] ?? 0;
  const disabled = props.disabled || state === undefined;
  return (
    <li class="fault-row">
      <span class="fill">
        <Switch
          label={fault.label}
          on={value > 0}
          disabled={disabled}
          onToggle={(on) => onSet({ [fault.name]: on ? fault.first : 0 })}
        />
        {fault.about !== '' && <span class="soft small">{fault.about}</span>}
      </span>
      {value > 0 && (
        <Amount
          label={fault.number}
          of={fault.label}
          value={value}
          max={maxOf(fault.name)}
          onSet={(n) => onSet({ [fault.name]: n })}
        />
      )}
      {value > 0 && fault.also && (
        <Amount
          label={fault.also.label}
          of={fault.label}
          value={state?.[fault.also.name] ?? 0}
          max={maxOf(fault.also.name)}
          onSet={(n) => onSet({ [fault.also?.name ?? '']: n })}
        />
      )}
    </li>
  );
}

/** A number field. It is sent when the field loses focus or Enter is pressed, not at every digit. */
function Amount(props: {
  label: string;
  of: string;
  value: number;
  max: number;
  onSet: (value: number) => void;
}): VNode {
  return (
    <label class="fault-number">
      <span class="soft small">{props.label}</span>
      <input
        class="input"
        type="number"
        min={1}
        max={props.max}
        step={1}
        aria-label={`${props.of}: ${props.label}`}
        value={props.value}
        onChange={(event) => {
          const value = event.currentTarget.valueAsNumber;
          if (Number.isInteger(value) && value > 0 && value <= props.max) props.onSet(value);
          else event.currentTarget.value = String(props.value);
        }}
      />
    </label>
  );
}

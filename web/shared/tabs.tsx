import type { Signal } from '@preact/signals';
import type { VNode } from 'preact';

/** One row of tabs bound to a signal; arrow keys move between them. `options` are [value, text]. */
export function Tabs(props: {
  label: string;
  value: Signal<string>;
  options: readonly (readonly [string, string])[];
}): VNode {
  const move = (step: number, list: HTMLElement): void => {
    const at = props.options.findIndex(([value]) => value === props.value.value);
    const next = (at + step + props.options.length) % props.options.length;
    props.value.value = props.options[next]?.[0] ?? props.value.value;
    list.querySelectorAll('button')[next]?.focus();
  };
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label={props.label}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') move(1, event.currentTarget);
        if (event.key === 'ArrowLeft') move(-1, event.currentTarget);
      }}
    >
      {props.options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          role="tab"
          aria-selected={props.value.value === value}
          tabIndex={props.value.value === value ? 0 : -1}
          onClick={() => {
            props.value.value = value;
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

import type { VNode } from 'preact';
import { setFilter, type Route } from '../shared/route.js';

/** A text of a filter. It is in the address, and is used when the field is left or Enter is pressed. */
export function TextFilter(props: { route: Route; name: string; label: string; placeholder: string }): VNode {
  const { route, name, label, placeholder } = props;
  const value = route.query[name] ?? '';
  return (
    <input
      class="input filter"
      type="search"
      aria-label={label}
      placeholder={placeholder}
      spellcheck={false}
      defaultValue={value}
      key={value}
      onChange={(event) => setFilter(route, { [name]: event.currentTarget.value.trim(), before: '' })}
    />
  );
}

/** A choice of a filter. The first option is the default and leaves the address empty. */
export function ChoiceFilter(props: {
  route: Route;
  name: string;
  label: string;
  options: readonly (readonly [value: string, text: string])[];
}): VNode {
  const { route, name, label, options } = props;
  return (
    <select
      class="select"
      aria-label={label}
      value={route.query[name] ?? ''}
      onChange={(event) => setFilter(route, { [name]: event.currentTarget.value, before: '' })}
    >
      {options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}

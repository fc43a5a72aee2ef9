import type { VNode } from 'preact';
import { toast } from './toast.js';

/** An id in monospace; a click copies it. */
export function Id({ value }: { value: string }): VNode {
  return (
    <button
      type="button"
      class="id"
      title={`${value} – click to copy`}
      aria-label={`Copy ${value}`}
      onClick={(event) => {
        event.stopPropagation();
        copy(value);
      }}
    >
      {value}
    </button>
  );
}

/** An id that may be absent. Null and the empty string look the same. */
export function IdOrBlank({ value }: { value: string | null }): VNode {
  return value ? <Id value={value} /> : <span class="soft">blank</span>;
}

/** Copies a text to the clipboard and shows a toast. */
export function copy(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => toast(`Copied ${text.length > 40 ? 'to the clipboard' : text}`),
    () => toast('The browser did not allow copying', 'bad'),
  );
}

import { signal } from '@preact/signals';
import type { VNode } from 'preact';

/** Shows a message for four seconds. Screen readers announce it. */
export function toast(text: string, tone: 'plain' | 'bad' = 'plain'): void {
  const entry = { key: nextKey++, text, tone };
  shown.value = [...shown.value.slice(-2), entry];
  setTimeout(() => {
    shown.value = shown.value.filter((other) => other !== entry);
  }, 4000);
}

/** The place where toasts appear. Render it once per page. */
export function Toasts(): VNode {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((entry) => (
        <div key={entry.key} class={`toast ${entry.tone}`}>
          {entry.text}
        </div>
      ))}
    </div>
  );
}

const shown = signal<readonly { key: number; text: string; tone: string }[]>([]);
let nextKey = 1;

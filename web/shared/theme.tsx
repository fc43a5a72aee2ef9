import { effect, signal } from '@preact/signals';
import type { VNode } from 'preact';

/** Switches between the system's colors, light, and dark. This browser remembers the choice. */
export function ThemeSwitch(): VNode {
  return (
    <button
      type="button"
      class="theme"
      title="Theme: system, light or dark"
      onClick={() => {
        theme.value = after[theme.value];
      }}
    >
      Theme: {theme.value}
    </button>
  );
}

type Theme = 'auto' | 'light' | 'dark';
const after: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const key = 'lockstep.theme';
const theme = signal<Theme>(remembered());

effect(() => {
  const root = document.documentElement;
  if (theme.value === 'auto') delete root.dataset['theme'];
  else root.dataset['theme'] = theme.value;
  try {
    localStorage.setItem(key, theme.value);
  } catch {
    // If the browser forbids storage, the choice is lost.
  }
});

function remembered(): Theme {
  try {
    const stored = localStorage.getItem(key);
    return stored === 'light' || stored === 'dark' ? stored : 'auto';
  } catch {
    return 'auto';
  }
}

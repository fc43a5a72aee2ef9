/**
 * Moves the focus to a thing that was just created, as soon as it is on the page: to the first link or button of what
 * has its id in `data-id`.
 */
export function focusCreated(id: string): void {
  let held = 0;
  const look = (): void => {
    // A dialog that is closing gives the focus back first, and a list may be drawn again: so it is looked at twice.
    if (document.querySelector('dialog[open]') !== null) return;
    const place = document.querySelector(`[data-id="${CSS.escape(id)}"]`);
    const target = place?.querySelector<HTMLElement>('a, button') ?? null;
    held = target !== null && document.activeElement === target ? held + 1 : 0;
    if (held > 1) stop();
    else target?.focus();
  };
  const timer = setInterval(look, LOOK_MS);
  const ends = setTimeout(() => stop(), WAIT_MS);
  const stop = (): void => {
    clearInterval(timer);
    clearTimeout(ends);
    for (const type of INPUTS) removeEventListener(type, stop, true);
  };
  // From then on, the person says where the focus is.
  for (const type of INPUTS) addEventListener(type, stop, true);
}

/** Moves the focus to a heading if it was lost with the page before. When a page is opened, nothing had the focus yet. */
export function focusIfLost(heading: HTMLElement | null): void {
  if (wasElsewhere && document.activeElement === document.body) heading?.focus();
}

const LOOK_MS = 50;
const WAIT_MS = 10_000;
const INPUTS = ['keydown', 'pointerdown'] as const;

let wasElsewhere = false;
addEventListener('hashchange', () => {
  wasElsewhere = true;
});

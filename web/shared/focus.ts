/**
 * Moves the focus to a thing that was just created, as soon as it is on the page: to the first link or button of what
 * has its id in `data-id`.
 */
export function focusCreated(id: string): void {
  const focus = (): boolean => {
    // A dialog that is closing gives the focus back first.
    if (document.querySelector('dialog[open]') !== null) return false;
    const place = document.querySelector(`[data-id="${CSS.escape(id)}"]`);
    const target = place?.querySelector<HTMLElement>('a, button');
    target?.focus();
    return document.activeElement === target;
  };
  const observer = new MutationObserver(() => {
    if (focus()) observer.disconnect();
  });
  observer.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), WAIT_MS);
}

/** Moves the focus to a heading if it was lost with the page before. When a page is opened, nothing had the focus yet. */
export function focusIfLost(heading: HTMLElement | null): void {
  if (wasElsewhere && document.activeElement === document.body) heading?.focus();
}

const WAIT_MS = 10_000;

let wasElsewhere = false;
addEventListener('hashchange', () => {
  wasElsewhere = true;
});

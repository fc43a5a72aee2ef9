/**
 * Runs the binding of a pressed key (`?`), or of a key pressed after `g` (`g c`). Ignores keys while the user types into
 * a field or a dialog is open. Returns a function that stops it.
 */
export function listenKeys(bindings: Readonly<Record<string, () => void>>): () => void {
  let leader = '';
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]')) return;
    const keys = leader === '' ? event.key : `${leader} ${event.key}`;
    leader = leader === '' && event.key === 'g' ? 'g' : '';
    const action = bindings[keys];
    if (!action) return;
    event.preventDefault();
    action();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox], [type=radio]), textarea, select');
}

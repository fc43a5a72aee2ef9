import { useRef } from 'preact/hooks';
import { changeClass } from '../shared/table.js';

/** The CSS class that highlights a cell for a moment when its content changes. The first content does not count. */
export function useFlash(content: string): string {
  const seen = useRef({ content, changes: 0 });
  if (seen.current.content !== content) seen.current = { content, changes: seen.current.changes + 1 };
  return changeClass(seen.current.changes);
}

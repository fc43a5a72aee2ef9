import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { Dialog } from '../../web/shared/dialog.js';
import { own } from './api.js';
import { hrefOf } from './object-href.js';

interface Found {
  readonly id: string;
  readonly object: string;
  readonly title: string;
}

/** Searches all objects by ID, by the start of an ID, by name, or by email. Arrow keys select, Enter opens. */
export function Find({ onClose }: { onClose: () => void }): VNode {
  const words = useSignal('');
  const found = useSignal<readonly Found[] | null>(null);
  const failed = useSignal<string | null>(null);
  const chosen = useSignal(0);

  useEffect(() => {
    const wanted = words.value.trim();
    let stopped = false;
    if (wanted === '') {
      found.value = null;
      return;
    }
    own<{ data: readonly Found[] }>(`/_emulator/find?q=${encodeURIComponent(wanted)}`).then(
      ({ data }) => {
        if (stopped) return;
        found.value = data;
        failed.value = null;
        chosen.value = 0;
      },
      (thrown: Error) => {
        if (!stopped) failed.value = thrown.message;
      },
    );
    return () => {
      stopped = true;
    };
  }, [words.value]);

  const rows = found.value ?? [];
  const open = (one: Found | undefined): void => {
    if (one === undefined) return;
    location.assign(hrefOf(one));
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) chosen.value = Math.max(0, Math.min(rows.length - 1, chosen.value + step));
    else if (event.key === 'Enter') open(rows[chosen.value]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title="Find" onClose={onClose}>
      <input
        class="input"
        type="search"
        role="combobox"
        list={undefined}
        aria-label="Find anything"
        aria-controls="found"
        aria-expanded={rows.length > 0}
        aria-activedescendant={rows.length > 0 ? `found-${chosen.value}` : undefined}
        placeholder="ID, name, email or number"
        autocomplete="off"
        autofocus
        value={words.value}
        onInput={(event) => (words.value = event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <ul id="found" class="found" role="listbox" aria-label="Found">
        {rows.map((one, index) => (
          <li
            key={one.id}
            id={`found-${index}`}
            role="option"
            aria-selected={index === chosen.value}
            onClick={() => open(one)}
            onMouseEnter={() => (chosen.value = index)}
          >
            <span class="fill">{one.title}</span>
            <span class="soft small">{one.object.replaceAll(/[._]/g, ' ')}</span>
          </li>
        ))}
      </ul>
      <p class="soft small" role="status">
        {failed.value ?? (found.value?.length === 0 ? 'No matches.' : '')}
      </p>
    </Dialog>
  );
}

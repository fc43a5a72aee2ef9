import type { VNode } from 'preact';
import { Dialog } from '../shared/dialog.js';

/** The keys of this page. */
export function Help({ onClose }: { onClose: () => void }): VNode {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl class="facts">
        {keys.map(([key, meaning]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
      <div class="dialog-foot">
        <button type="button" class="button primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

const keys = [
  ['/', 'Search this list'],
  ['g c', 'Customers'],
  ['g p', 'Products'],
  ['g s', 'Subscriptions'],
  ['g e', 'Events'],
  ['?', 'This help'],
  ['Esc', 'Close'],
] as const;

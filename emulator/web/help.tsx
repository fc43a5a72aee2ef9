import type { VNode } from 'preact';
import { Dialog } from '../../web/shared/dialog.js';

/** Lists the keyboard shortcuts. */
export function Help(props: {
  views: readonly { readonly title: string; readonly key?: string }[];
  onClose: () => void;
}): VNode {
  const { onClose } = props;
  const places = props.views.flatMap(({ title, key }) => (key === undefined ? [] : [[`g ${key}`, title] as const]));
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl class="facts">
        {[...places, ...keys].map(([key, meaning]) => (
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
  ['g o', 'Find any object'],
  ['/', 'Search this list, or find any object'],
  ['?', 'Show this help'],
  ['Esc', 'Close'],
] as const;

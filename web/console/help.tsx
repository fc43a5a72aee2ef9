import { Fragment, type VNode } from 'preact';
import { Dialog } from '../shared/dialog.js';

/** Lists the keyboard shortcuts. */
export function Help(props: { views: readonly { title: string; key: string }[]; onClose: () => void }): VNode {
  const places = props.views.map(({ title, key }) => [`g ${key}`, title] as const);
  return (
    <Dialog title="Keyboard" onClose={props.onClose}>
      <dl class="facts">
        {[...places, ...keys].map(([key, meaning]) => (
          <Fragment key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </Fragment>
        ))}
      </dl>
      <div class="dialog-foot">
        <button type="button" class="button primary" onClick={props.onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

const keys = [
  ['/', 'Find by ID'],
  ['?', 'Show this help'],
  ['Esc', 'Close'],
] as const;

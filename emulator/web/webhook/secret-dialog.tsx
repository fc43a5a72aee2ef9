import type { VNode } from 'preact';
import { Dialog } from '../../../web/shared/dialog.js';
import { Id } from '../../../web/shared/id.js';

/** Shows a signing secret. It cannot be seen again later. */
export function SecretDialog(props: { title: string; secret: string; onClose: () => void }): VNode {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <p>
        The signing secret, shown only once. Put it into <code>STRIPE_WEBHOOK_SECRET</code> of the receiver.
      </p>
      <p>
        <Id value={props.secret} />
      </p>
      <div class="dialog-foot">
        <button type="button" class="button primary" onClick={props.onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

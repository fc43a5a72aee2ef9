import { handIn, sessionOfSecret } from '../nouns/verification-session/verify.js';
import { html, page } from './html.js';
import { WEB } from './policy.js';
import type { PageReply, PageRequest } from './reply.js';
import { goTo, show } from './reply.js';

/** Where a person would hand in a document. The page asks which outcome to have, and leads back. */
export function verifyPage({ api, verb, id: secret, form }: PageRequest): PageReply {
  return api.internally((unit) => {
    const session = sessionOfSecret(unit, secret);
    if (session?.status !== 'requires_input') {
      return show(page('Nothing to verify', html`<p>This verification has ended.</p>`), 404);
    }
    if (verb === 'GET') {
      const question = html`<p>The customer would hand in a document here. Choose the outcome.</p>
        <form method="post">
          <button name="answer" value="verified">Verified</button>
          <button class="quiet" name="answer" value="unverified">Not verified</button>
        </form>`;
      return show(page('Verify your identity', question), 200, { leads: WEB });
    }
    handIn(unit, session.id, form.get('answer') === 'verified');
    const back = session.hidden.return_url;
    return back === null ? show(page('Thank you', html`<p>You can close this page.</p>`)) : goTo(back);
  });
}

import { finishChallenge, intentOfSecret } from '../resources/challenge.js';
import type { Html } from './html.js';
import { html, page } from './html.js';
import type { PageReply, PageRequest } from './pages.js';
import { goTo, show } from './pages.js';
import { WEB } from './policy.js';

/** Where a payment or setup that was confirmed by the server sends its customer; it leads back to the return address. */
export function challengePage({ api, verb, id: secret, form }: PageRequest): PageReply {
  return api.internally((unit) => {
    const intent = intentOfSecret(unit, secret);
    const back = intent?.next_action?.redirect_to_url?.return_url;
    if (intent === undefined || back == null) {
      return show(page('Nothing to answer', html`<p>This payment asks nothing, or no longer.</p>`), 404);
    }
    if (verb === 'GET') {
      const leads = [...WEB, new URL(back).protocol];
      return show(page('3-D Secure', challengeForm(`/3d_secure/${secret}`)), 200, { framed: true, leads });
    }
    const after = finishChallenge(unit, intent.id, secret, form.get('challenge'));
    const to = new URL(back);
    to.searchParams.set(intent.object, intent.id);
    to.searchParams.set(`${intent.object}_client_secret`, secret);
    to.searchParams.set('redirect_status', after.status === 'requires_payment_method' ? 'failed' : 'succeeded');
    return goTo(to.href);
  });
}

/** The bank's question, with the two answers that decide. */
export const challengeForm = (action: string): Html =>
  html`<p>The bank asks whether it is really you (3-D Secure).</p>
    <form method="post" action="${action}">
      <button name="challenge" value="complete">It is me</button>
      <button class="quiet" name="challenge" value="fail">It is not</button>
    </form>`;

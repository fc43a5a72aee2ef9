import { finishChallenge, intentOfSecret } from '../nouns/payment-intent/challenge.js';
import type { Html } from './html.js';
import { html, page } from './html.js';
import type { PageReply, PageRequest } from './reply.js';
import { goTo, show } from './reply.js';
import { WEB } from './policy.js';

/** The page of a bank for a payment or setup that the server confirmed. It leads back to the return address. */
export function challengePage({ api, verb, id: secret, form }: PageRequest): PageReply {
  return api.internally((unit) => {
    const intent = intentOfSecret(unit, secret);
    const back = intent?.next_action?.redirect_to_url?.return_url;
    if (intent === undefined || back == null) {
      return show(
        page('Nothing to approve', html`<p>This payment does not need approval, or no longer does.</p>`),
        404,
      );
    }
    if (verb === 'GET') {
      const leads = [...WEB, new URL(back).protocol];
      return show(page('3-D Secure', challengeForm), 200, { framed: true, leads });
    }
    const after = finishChallenge(unit, intent.id, secret, form.get('challenge'));
    const to = new URL(back);
    to.searchParams.set(intent.object, intent.id);
    to.searchParams.set(`${intent.object}_client_secret`, secret);
    to.searchParams.set('redirect_status', after.status === 'requires_payment_method' ? 'failed' : 'succeeded');
    return goTo(to.href);
  });
}

/** The bank's question, with the two possible outcomes. The form posts to the address of the page that shows it. */
export const challengeForm: Html = html`<p>
    3-D Secure: the customer’s bank would ask for approval here. Choose the outcome.
  </p>
  <form method="post">
    <button name="challenge" value="complete">Complete</button>
    <button class="quiet" name="challenge" value="fail">Fail</button>
  </form>`;

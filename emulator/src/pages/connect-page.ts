import { html, linkTo, page } from './html.js';
import type { PageReply, PageRequest } from './reply.js';
import { show } from './reply.js';

/** Where a connected account would enter its details. Here there is nothing to enter, and the page leads back. */
export function onboardingPage({ id }: PageRequest): PageReply {
  const [account = '', to = ''] = id.split('/').map(decoded);
  return show(
    page(
      'Onboarding',
      html`<p>${account} would enter its details here. In this emulator it works without them.</p>
        <p>${linkTo(to, 'Back to the platform')}</p>`,
    ),
  );
}

/** The dashboard of an Express account. */
export const expressPage = ({ id }: PageRequest): PageReply =>
  show(page('Express dashboard', html`<p>${decoded(id)} would see its payouts here.</p>`));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import type { VNode } from 'preact';
import { Facts } from '../../web/shared/facts.js';
import { copy, Id } from '../../web/shared/id.js';
import { own } from './api.js';
import { base } from './base.js';
import { useEmulator } from './emulator.js';
import { Namespaces } from './namespaces.js';
import { useLoaded } from './loaded.js';
import { Section } from './object-page.js';

interface Operations {
  readonly answered: number;
  readonly total: number;
}

/** Shows how an app, the Stripe CLI, and a page with Stripe.js connect to this emulator. */
export function Connect(): VNode {
  const { info } = useEmulator().api;
  const operations = useLoaded('operations', [], () => own<Operations>('/_emulator/operations')).value.value;
  return (
    <div class="object-page">
      <header class="head">
        <div class="fill">
          <h1>Connect</h1>
          <p class="soft">
            {info.namespace === null
              ? 'Point an app at this emulator. Any other test key works too.'
              : 'Point an app at this namespace. Its keys say which one it is.'}
          </p>
        </div>
      </header>
      <Section title="URL and keys">
        <div class="card">
          <Facts
            rows={[
              ['API', <Id value={location.origin} />],
              ['Secret key', <Id value={info.secret_key} />],
              ['Publishable key', <Id value={info.publishable_key} />],
              ['Namespace', info.namespace ?? 'None: the default account'],
              ['Account', <Id value={info.account} />],
              ['API version', info.api_version],
              [
                'Operations',
                operations &&
                  `${operations.answered} of the SDK’s ${operations.total} supported; the others answer 501`,
              ],
              ['State', info.persisted ? 'Saved to disk' : 'In memory only; lost when the emulator stops'],
            ]}
          />
        </div>
      </Section>
      {snippets(info.secret_key).map(({ title, text }) => (
        <Section
          key={title}
          title={title}
          action={
            <button type="button" class="button slim" aria-label={`Copy ${title}`} onClick={() => copy(text)}>
              Copy
            </button>
          }
        >
          <pre class="json">{text}</pre>
        </Section>
      ))}
      <Namespaces />
    </div>
  );
}

function snippets(key: string): readonly { title: string; text: string }[] {
  const { hostname, port, protocol, origin } = location;
  return [
    {
      title: 'In TypeScript',
      text: `const stripe = new Stripe('${key}', {\n  host: '${hostname}',\n  port: ${port || 80},\n  protocol: '${protocol.slice(0, -1)}',\n});`,
    },
    { title: 'In Python', text: `stripe.api_key = '${key}'\nstripe.api_base = '${origin}'` },
    {
      title: 'With the Stripe CLI',
      text: `export STRIPE_API_BASE=${origin}${base()}\nlockstep stripe listen --forward-to http://127.0.0.1:3000/webhooks\nlockstep stripe trigger customer.subscription.created`,
    },
    { title: 'Stripe.js in a page', text: `<script src="${origin}/v3/"></script>` },
  ];
}

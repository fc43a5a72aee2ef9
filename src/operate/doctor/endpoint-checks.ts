import { events as catalogEvents } from '../../catalog/catalog.js';
import { part, type Facts } from './facts.js';
import { failure, given, ok, warning, type Check, type Judgment } from './finding.js';
import type { EndpointFact, StripeFacts } from './stripe-facts.js';

const POLLS = 'the feed is polling, which needs no endpoint';

/** Judges the endpoints that are ours, of every key. */
function ours(judge: (endpoints: readonly EndpointFact[], facts: Facts) => Judgment | readonly Judgment[]) {
  return (facts: Facts): Judgment | readonly Judgment[] => {
    const { config } = facts.local;
    if ('value' in config && config.value.feed === 'poll') return ok(POLLS);
    return given<Facts, readonly StripeFacts[]>(
      ({ stripe }) => stripe,
      (all) => {
        const unknown = all.flatMap(({ endpoints }) => ('failed' in endpoints ? [endpoints] : []));
        const [first] = unknown;
        if (first !== undefined)
          return warning(
            `not checked: ${first.failed}`,
            'give the key read access to "Webhook Endpoints", or look at them in the Stripe Dashboard',
          );
        const found = all.flatMap(({ endpoints }) => ('value' in endpoints ? endpoints.value : []));
        return judge(
          found.filter(({ isOurs }) => isOurs),
          facts,
        );
      },
    )(facts);
  };
}

const eachOfOurs = (judge: (endpoint: EndpointFact, facts: Facts) => Judgment): Check<Facts>['judge'] =>
  ours((endpoints, facts) =>
    endpoints.length === 0
      ? warning('not checked: there is no endpoint for Lockstep', 'see the area endpoint')
      : endpoints.map((endpoint) => judge(endpoint, facts)),
  );

/** The webhook endpoints at Stripe, whether they can be reached, and the secrets that their deliveries are signed with. */
export const endpointChecks: readonly Check<Facts>[] = [
  {
    area: 'endpoint',
    check: 'exists',
    judge: ours((endpoints) =>
      endpoints.length > 0
        ? ok(endpoints.map(({ id, url }) => `${id} → ${url}`).join(', '))
        : failure(
            'Stripe has no webhook endpoint whose address ends with /stripe-webhooks',
            'create one in the Stripe Dashboard for https://…/stripe-webhooks, or name its address with --url',
          ),
    ),
  },
  {
    area: 'endpoint',
    check: 'enabled',
    judge: eachOfOurs(({ id, isEnabled }) =>
      isEnabled
        ? ok(`${id} is enabled`)
        : failure(
            `${id} is disabled: Stripe disables an endpoint whose deliveries failed for days`,
            'find out why they failed, then enable it in the Stripe Dashboard',
          ),
    ),
  },
  {
    area: 'endpoint',
    check: 'single',
    judge: ours((endpoints) => {
      const byUrl = new Map<string, string[]>();
      for (const { url, id } of endpoints) byUrl.set(url, [...(byUrl.get(url) ?? []), id]);
      const doubled = [...byUrl].filter(([, ids]) => ids.length > 1);
      if (doubled.length === 0) return ok('no address has two endpoints');
      return doubled.map(([url, ids]) =>
        warning(
          `${ids.join(' and ')} both deliver to ${url}: every event comes ${ids.length} times`,
          'delete all but one, and keep the secret of that one',
        ),
      );
    }),
  },
  {
    area: 'endpoint',
    check: 'event types',
    judge: eachOfOurs(({ id, events }) => {
      if (events.includes('*')) return ok(`${id} is sent every type, but those that Stripe sends only by name`);
      const enabled = new Set(events);
      const missing = Object.keys(catalogEvents).filter((type) => !enabled.has(type));
      if (missing.length === 0) return ok(`${id} is sent every type`);
      const named = [...missing].sort((a, b) => weight(a) - weight(b)).slice(0, 4);
      return warning(
        `${id} is not sent ${missing.length} types, such as ${named.join(', ')}: they come late, by polling`,
        'let it listen to all events in the Stripe Dashboard',
      );
    }),
  },
  {
    area: 'version',
    check: 'endpoint',
    judge: eachOfOurs(({ id, apiVersion }, { local: { apiVersion: pinned } }) =>
      apiVersion === pinned
        ? ok(`${id} sends ${pinned}, so an event's content is shown at once`)
        : warning(
            `${id} sends ${apiVersion ?? "the account's default version"}, and Lockstep is pinned to ${pinned}: ` +
              'its events are hints only, and rows change when the object has been read',
            `create an endpoint with the API version ${pinned}`,
          ),
    ),
  },
  {
    area: 'reachability',
    check: 'answers',
    judge: eachOfOurs(({ url, reached }) => {
      if (reached === null) return warning(`not checked: ${url}`, 'name the address with --url');
      if ('failed' in reached)
        return failure(
          `${url} cannot be reached from here: ${reached.failed}`,
          'start lockstep serve; check DNS and TLS',
        );
      const { status, location } = reached;
      if (status === 400) return ok(`${url} refuses a delivery without a signature (400)`);
      if (status >= 300 && status < 400)
        return failure(
          `${url} answers ${status} and leads to ${location ?? 'another address'}: Stripe follows no redirect`,
          `change the endpoint's address to ${location ?? 'the final one'}`,
        );
      if (status < 300)
        return failure(
          `${url} answers ${status} to a delivery without a signature`,
          'this is not Lockstep: check the address',
        );
      return failure(
        `${url} answers ${status} to a delivery without a signature, where Lockstep answers 400`,
        status === 401 || status === 403
          ? 'let /stripe-webhooks through without a login: its signature is its login'
          : 'check what the proxy does with this address, and that lockstep serve runs',
      );
    }),
  },
  {
    area: 'secret',
    check: 'configured',
    judge: ({ local: { config, secrets } }) => {
      if ('value' in config && config.value.feed === 'poll') return ok(POLLS);
      if ('failed' in secrets) return failure(secrets.failed, secrets.next);
      const [fewest = 0] = [...secrets.value].sort((a, b) => a - b);
      const most = Math.max(0, ...secrets.value);
      if (fewest === 0) return failure('a source has no webhook secret', 'set STRIPE_WEBHOOK_SECRET (whsec_…)');
      return most > 1
        ? ok(`${most} secrets: drop the old one when the roll at Stripe is over`)
        : ok('one secret, of the right form');
    },
  },
  {
    area: 'secret',
    check: 'accepted',
    judge: given(part('status'), ({ sources, refused }) => {
      const accepted = sources.reduce<Date | null>(
        (latest, { acceptedAt }) =>
          acceptedAt !== null && (latest === null || acceptedAt > latest) ? acceptedAt : latest,
        null,
      );
      if (refused.at !== null && (accepted === null || refused.at > accepted))
        return warning(
          `the last delivery was refused (${refused.count} in all): wrong signature, or nobody Stripe knows`,
          'compare STRIPE_WEBHOOK_SECRET with the signing secret of the endpoint in the Stripe Dashboard',
        );
      return accepted === null
        ? ok('no delivery has come yet')
        : ok(`the last signature was accepted at ${accepted.toISOString().slice(0, 19)}Z`);
    }),
  },
];

/** What an app sells subscriptions with comes first in a sentence. */
function weight(type: string): number {
  const place = ['customer.subscription.', 'invoice.', 'customer.', 'product.', 'price.'].findIndex((start) =>
    type.startsWith(start),
  );
  return place === -1 ? Infinity : place;
}

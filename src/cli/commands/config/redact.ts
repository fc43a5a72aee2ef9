import type * as v from 'valibot';
import type { Options } from '../../../engine/config.js';

type Resolved = v.InferOutput<typeof Options>;

/** The options without a key, a signing secret or a password; every option is in it, also those that are not set. */
export function withoutSecrets(options: Resolved): Record<string, unknown> {
  const { databaseUrl, stripeKey, webhookSecret, alertUrl, alertSecret, sources, endpoints, ...plain } = options;
  return {
    databaseUrl: databaseUrl === undefined ? null : urlWithoutPassword(databaseUrl),
    stripeKey: keyKind(stripeKey),
    webhookSecret: secretCount(webhookSecret),
    alertUrl: alertUrl === undefined ? null : originOf(alertUrl),
    alertSecret: secretCount(alertSecret),
    publishableKey: null,
    stripeApiBase: null,
    stripeAccount: null,
    rateTotal: null,
    sweepTypes: null,
    users: undefined,
    ...plain,
    sources: sources.map(({ stripeKey: key, webhookSecret: secret, ...source }) => ({
      ...source,
      stripeKey: keyKind(key),
      webhookSecret: secretCount(secret),
    })),
    endpoints: endpoints.map((endpoint) => ({
      ...endpoint,
      url: originOf(endpoint.url),
      secret: secretCount(endpoint.secret),
    })),
  };
}

/** The path may be a secret. */
function originOf(url: string): string {
  return `${new URL(url).origin}/…`;
}

/** 'sk_test_…': the kind and the mode of a key, and nothing that could be tried. */
function keyKind(key: string | undefined): string | null {
  if (key === undefined || key === '') return null;
  return /^(sk|rk)_(test|live)_/.exec(key)?.[0].concat('…') ?? '(set, and not of the form of a key)';
}

function secretCount(secret: string | undefined): string | null {
  if (secret === undefined || secret === '') return null;
  const count = secret.split(',').filter((part) => part.trim() !== '').length;
  return count === 1 ? 'whsec_…' : `whsec_… (${count} of them)`;
}

/** Parameters may hold a password too, so only those that say nothing secret are kept. */
function urlWithoutPassword(text: string): string {
  try {
    const url = new URL(text);
    if (url.password !== '') url.password = '***';
    for (const name of [...url.searchParams.keys()]) if (!harmless.has(name)) url.searchParams.set(name, '***');
    return url.href;
  } catch {
    return '(set, and not a URL)';
  }
}

const harmless: ReadonlySet<string> = new Set([
  'sslmode',
  'host',
  'port',
  'dbname',
  'application_name',
  'connect_timeout',
]);

import type { Config } from '../../engine/config.js';

/** The settings of the running service, by name. Each is named here, so that a new one is not shown by accident. */
export function settingsOf(config: Config): { name: string; value: unknown }[] {
  const { databaseUrl, alertUrl, alertSecret, sources, users, billing } = config;
  const own = Object.entries({
    database: databaseUrl === undefined ? `embedded, in ${config.directory}` : hostOf(databaseUrl),
    mirrorSchema: config.mirrorSchema,
    feed: config.feed,
    pollEveryMs: config.pollEveryMs,
    catchUpEveryMs: config.catchUpEveryMs,
    sweepEveryMs: config.sweepEveryMs,
    sweepRecentEveryMs: config.sweepRecentEveryMs,
    sweepTypes: config.sweepTypes ?? 'every type',
    inboxDays: config.inboxDays,
    concurrency: config.concurrency,
    leaseMs: config.leaseMs,
    bodyMaxBytes: config.bodyMaxBytes,
    acceptMissing: config.acceptMissing,
    users: users === null ? 'no table is touched' : (users ?? 'found by their names'),
    billing,
    alertUrl: alertUrl === undefined ? null : `${new URL(alertUrl).origin}/…`,
    alertSecret: alertSecret === undefined ? null : 'set',
  });
  const ofSources = sources.flatMap((source, index) =>
    Object.entries({
      mode: source.livemode ? 'live' : 'test',
      key: /^(sk|rk)_(test|live)_/.exec(source.stripeKey)?.[0].concat('…') ?? 'set',
      stripeApiBase: source.stripeApiBase ?? null,
      webhookSecrets: source.webhookSecrets.length,
      connect: source.connect,
      ratePerEndpoint: source.ratePerEndpoint,
      rateTotal: source.rateTotal,
    }).map(([name, value]) => [`sources[${index}].${name}`, value] as const),
  );
  return [...own, ...ofSources].map(([name, value]) => ({ name, value }));
}

function hostOf(databaseUrl: string): string {
  try {
    const { host, pathname } = new URL(databaseUrl);
    return `PostgreSQL at ${host}${pathname}`;
  } catch {
    return 'PostgreSQL';
  }
}

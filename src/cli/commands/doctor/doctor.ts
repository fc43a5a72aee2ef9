import { checks } from '../../../operate/doctor/checks.js';
import type { Facts } from '../../../operate/doctor/facts.js';
import { findingsOf, learn, type Finding, type Learnt } from '../../../operate/doctor/finding.js';
import { readStripeFacts, type StripeFacts } from '../../../operate/doctor/stripe-facts.js';
import { resolveConfig, type ServiceOptions } from '../../../engine/config.js';
import { systemClock } from '../../../kernel/clock.js';
import { withReports, type OperateOffline } from '../../operate.js';
import { openTicker } from '../../terminal/progress.js';
import { linesOf } from './lines.js';
import { readLocalFacts } from './local-facts.js';

export interface DoctorCommand extends OperateOffline {
  json: boolean;
  /** The address that Stripe delivers to, if it was given. */
  url: string | undefined;
}

/** Looks at everything, whatever fails, and prints what it found. The exit code: 1 if a check failed, else 0. */
export async function doctor({ json, url, ...where }: DoctorCommand): Promise<0 | 1> {
  const ticker = openTicker(!json);
  const findings = await examine(where, url, (text) => ticker.show(text));
  ticker.end();
  console.log((json ? findings.map((finding) => JSON.stringify(finding)) : linesOf(findings)).join('\n'));
  return findings.some(({ verdict }) => verdict === 'failure') ? 1 : 0;
}

/** The findings of every check. Throws nothing. */
export async function examine(
  where: OperateOffline,
  url: string | undefined,
  tell: (text: string) => void,
): Promise<Finding[]> {
  tell('looking at the database');
  const database = await learn(() => withReports(where, (reports) => reports.examine()));
  tell('asking Stripe');
  const facts: Facts = {
    now: systemClock.now(),
    local: readLocalFacts(where.options),
    database,
    stripe: await askStripe(where.options, url),
  };
  return findingsOf(checks, facts);
}

/** Each configured key apart. Without a webhook secret, which has a check of its own, the keys can be asked all the same. */
function askStripe(options: ServiceOptions, url: string | undefined): Promise<Learnt<StripeFacts[]>> {
  return learn(() => {
    const { sources } = resolveConfig({ ...withoutSecrets(options), feed: 'poll' });
    return Promise.all(sources.map((source) => readStripeFacts({ source, url, clock: systemClock })));
  });
}

function withoutSecrets({ webhookSecret: _, sources, ...options }: ServiceOptions): ServiceOptions {
  if (sources === undefined) return options;
  return { ...options, sources: sources.map(({ webhookSecret: __, ...source }) => source) };
}

import * as v from 'valibot';
import { UsersOptions } from '../billing/users.js';
import { LockstepError } from '../kernel/error.js';
import { livemodeOf } from '../stripe/key.js';
import { parseSecrets } from '../feeds/signature.js';
import { sweepable } from '../feeds/sweep.js';

const PositiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));
const Rate = v.pipe(v.number(), v.minValue(0.1), v.maxValue(10_000));

/** What people write. Everything has a default but the Stripe key, and the webhook secret where webhooks are the feed. */
export const Options = v.strictObject({
  /** `postgres://…`. Absent: the embedded database in `directory`. */
  databaseUrl: v.optional(v.pipe(v.string(), v.regex(/^postgres(ql)?:\/\//, 'must begin with postgres://'))),
  /** Where the embedded database and the running service's address are kept. */
  directory: v.optional(v.string(), '.lockstep'),
  /** `sk_test_…`, `sk_live_…`, `rk_…`. */
  stripeKey: v.optional(v.string()),
  /** `pk_…`, for the sample page. */
  publishableKey: v.optional(
    v.pipe(v.string(), v.regex(/^pk_(test|live)_\w+$/, 'must look like pk_test_… or pk_live_…')),
  ),
  /** Another Stripe, such as the emulator. */
  stripeApiBase: v.optional(v.pipe(v.string(), v.url('must be a URL, for example http://127.0.0.1:4747'))),
  /** The account to bind to where the key may not read `/v1/account`. */
  stripeAccount: v.optional(v.pipe(v.string(), v.regex(/^acct_\w+$/, 'must look like acct_…'))),
  /** `whsec_…`, several comma-separated. */
  webhookSecret: v.optional(v.string()),
  /** How changes reach us. `poll` reads `/v1/events` and needs no public address and no secret. */
  feed: v.optional(v.picklist(['webhook', 'poll']), 'webhook'),
  pollEveryMs: v.optional(PositiveInteger, 2_000),
  /** The schema of Stripe's objects. */
  mirrorSchema: v.optional(
    v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a plain lower-case name')),
    'stripe',
  ),
  /** Requests a second to one endpoint, and in all. */
  ratePerEndpoint: v.optional(Rate, 20),
  rateTotal: v.optional(Rate),
  /** Reads under way at once. */
  concurrency: v.optional(v.pipe(PositiveInteger, v.maxValue(256)), 8),
  leaseMs: v.optional(PositiveInteger, 60_000),
  bodyMaxBytes: v.optional(PositiveInteger, 1_048_576),
  /** Which types the scheduled sweep lists; and how often. 0: only on request. */
  sweepTypes: v.optional(v.array(v.picklist(sweepable as [string, ...string[]])), [
    'customer',
    'product',
    'price',
    'subscription',
  ]),
  sweepEveryMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 86_400_000),
  /** Believe Stripe however many objects it says are missing. */
  acceptMissing: v.optional(v.boolean(), false),
  /** The app's own tables. null: do not touch any. Absent: `users` and `user_profiles`, where they are. */
  users: v.optional(v.nullable(UsersOptions)),
});

export type LockstepOptions = v.InferInput<typeof Options>;

/** What code reads: complete and frozen. */
export interface Config extends Readonly<
  Omit<v.InferOutput<typeof Options>, 'stripeKey' | 'webhookSecret' | 'rateTotal'>
> {
  readonly stripeKey: string;
  readonly livemode: boolean;
  /** Empty only where the feed needs none. */
  readonly webhookSecrets: readonly string[];
  readonly rateTotal: number;
}

/**
 * Options become the one complete configuration.
 * @throws option_unknown with "did you mean", option_invalid, stripe_key_missing, stripe_key_invalid,
 *   webhook_secret_missing, webhook_secret_invalid
 */
export function resolveConfig(options: LockstepOptions): Config {
  refuseUnknown(options);
  const parsed = v.safeParse(Options, options);
  if (!parsed.success) throw invalid(parsed.issues[0]);
  const { stripeKey, webhookSecret, rateTotal, ...rest } = parsed.output;
  const livemode = livemodeOf(stripeKey);
  const webhookSecrets = rest.feed === 'webhook' || webhookSecret !== undefined ? parseSecrets(webhookSecret) : [];
  return Object.freeze({
    ...rest,
    stripeKey: stripeKey as string,
    livemode,
    webhookSecrets,
    rateTotal: rateTotal ?? (livemode ? 80 : 20),
  });
}

function refuseUnknown(options: object): void {
  const known = Object.keys(Options.entries);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    throw new LockstepError(
      'option_unknown',
      `there is no option ${key}`,
      near === undefined ? {} : { hint: `did you mean ${near}?` },
    );
  }
}

function invalid(issue: v.BaseIssue<unknown>): LockstepError {
  const path = v.getDotPath(issue) ?? 'options';
  return new LockstepError('option_invalid', `the option ${path} is not usable: ${issue.message}`, {
    hint: 'see the list of options',
  });
}

/** The known word nearest to a misspelled one, if any is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({
    candidate,
    distance: distance(word.toLowerCase(), candidate.toLowerCase()),
  }));
  const best = ranked.sort((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

// Levenshtein's distance, one row at a time.
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

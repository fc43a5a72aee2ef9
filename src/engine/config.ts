import * as v from 'valibot';
import { BillingOptions } from '../billing/settings.js';
import { UsersOptions } from '../billing/users.js';
import { LockstepError } from '../kernel/error.js';
import { nearest } from '../kernel/nearest.js';
import { livemodeOf } from '../stripe/key.js';
import { parseSecrets } from '../feeds/signature.js';
import { plainlyListed, plans } from '../feeds/listing-plan.js';

const PositiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));
const Interval = v.pipe(v.number(), v.integer(), v.minValue(0));
const AccountId = v.regex<string, string>(/^acct_\w+$/, 'must look like acct_…');
const DAY_MS = 24 * 60 * 60_000;
const listed = plans.map(({ type }) => type);
const Rate = v.pipe(v.number(), v.minValue(0.1), v.maxValue(10_000));

/** One Stripe account in one mode, and how it is reached. */
const sourceEntries = {
  /** `sk_test_…`, `sk_live_…`, `rk_…`. */
  stripeKey: v.optional(v.string()),
  /** Another Stripe, such as the emulator. */
  stripeApiBase: v.optional(v.pipe(v.string(), v.url('must be a URL, for example http://127.0.0.1:4747'))),
  /** The account to bind to where the key may not read `/v1/account`. */
  stripeAccount: v.optional(v.pipe(v.string(), AccountId)),
  /** `whsec_…`, several comma-separated: while one is rolled, and for a Connect endpoint beside the account's own. */
  webhookSecret: v.optional(v.string()),
  /** Mirror connected accounts too: all of them, or those named. */
  connect: v.optional(v.union([v.boolean(), v.array(v.pipe(v.string(), AccountId))]), false),
  /** Requests a second to one endpoint, and in all. */
  ratePerEndpoint: v.optional(Rate, 20),
  rateTotal: v.optional(Rate),
};

/** What people write. Everything has a default but the Stripe key, and the webhook secret where webhooks are the feed. */
export const Options = v.strictObject({
  /** `postgres://…`. Absent: the embedded database in `directory`. */
  databaseUrl: v.optional(v.pipe(v.string(), v.regex(/^postgres(ql)?:\/\//, 'must begin with postgres://'))),
  /** Where the embedded database and the running service's address are kept. */
  directory: v.optional(v.string(), '.lockstep'),
  ...sourceEntries,
  /** Further accounts, each with a key of its own. */
  sources: v.optional(v.array(v.strictObject(sourceEntries)), []),
  /** `pk_…`, for the sample page. */
  publishableKey: v.optional(
    v.pipe(v.string(), v.regex(/^pk_(test|live)_\w+$/, 'must look like pk_test_… or pk_live_…')),
  ),
  /** How changes reach us. `poll` reads `/v1/events` and needs no public address and no secret. */
  feed: v.optional(v.picklist(['webhook', 'poll']), 'webhook'),
  pollEveryMs: v.optional(PositiveInteger, 2_000),
  /** How often `/v1/events` is read behind webhooks, for those that never came. 0: never. */
  catchUpEveryMs: v.optional(Interval, 60_000),
  /** The schema of Stripe's objects. */
  mirrorSchema: v.optional(
    v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a plain lower-case name')),
    'stripe',
  ),
  /** Reads under way at once. */
  concurrency: v.optional(v.pipe(PositiveInteger, v.maxValue(256)), 8),
  leaseMs: v.optional(PositiveInteger, 60_000),
  bodyMaxBytes: v.optional(PositiveInteger, 1_048_576),
  /** Which types the scheduled sweeps list: by default, all that are listed whole. */
  sweepTypes: v.optional(v.array(v.picklist(listed as [string, ...string[]])), plainlyListed as string[]),
  /** How often everything of each type is swept, and how often its objects of the last two days. 0: only on request. */
  sweepEveryMs: v.optional(Interval, 7 * DAY_MS),
  sweepRecentEveryMs: v.optional(Interval, DAY_MS),
  /** How long events are kept. Longer than the 30 days in which Stripe may send one again. */
  inboxDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(31)), 45),
  /** Believe Stripe however many objects it says are missing. */
  acceptMissing: v.optional(v.boolean(), false),
  /** The app's own tables. null: do not touch any. Absent: `users` and `user_profiles`, where they are. */
  users: v.optional(v.nullable(UsersOptions)),
  /** What the app sells, and where people come back to. */
  billing: v.optional(BillingOptions, {}),
});

export type LockstepOptions = v.InferInput<typeof Options>;

/** One account and its key, as code reads it. */
export interface SourceConfig {
  readonly stripeKey: string;
  readonly livemode: boolean;
  readonly stripeApiBase: string | undefined;
  readonly stripeAccount: string | undefined;
  /** Empty only where the feed needs none. */
  readonly webhookSecrets: readonly string[];
  readonly connect: boolean | readonly string[];
  readonly ratePerEndpoint: number;
  readonly rateTotal: number;
}

/** What code reads: complete and frozen. */
export interface Config extends Readonly<Omit<v.InferOutput<typeof Options>, keyof typeof sourceEntries | 'sources'>> {
  /** The first is the one that the app's own users are customers of. */
  readonly sources: readonly [SourceConfig, ...SourceConfig[]];
}

/**
 * Options become the one complete configuration.
 * @throws option_unknown with "did you mean", option_invalid, stripe_key_missing, stripe_key_invalid,
 *   webhook_secret_missing, webhook_secret_invalid
 */
export function resolveConfig(options: LockstepOptions): Config {
  refuseUnknown(options, Object.keys(Options.entries));
  for (const source of options.sources ?? []) refuseUnknown(source, Object.keys(sourceEntries));
  const parsed = v.safeParse(Options, options);
  if (!parsed.success) throw invalid(parsed.issues[0]);
  const {
    stripeKey,
    stripeApiBase,
    stripeAccount,
    webhookSecret,
    connect,
    ratePerEndpoint,
    rateTotal,
    sources,
    ...rest
  } = parsed.output;
  const first = { stripeKey, stripeApiBase, stripeAccount, webhookSecret, connect, ratePerEndpoint, rateTotal };
  const [head, ...others] = [first, ...sources].map((source) => resolveSource(source, rest.feed));
  return Object.freeze({ ...rest, sources: Object.freeze([head as SourceConfig, ...others] as const) });
}

type SourceOptions = v.InferOutput<v.StrictObjectSchema<typeof sourceEntries, undefined>>;

function resolveSource(
  { stripeKey, stripeApiBase, stripeAccount, webhookSecret, connect, ratePerEndpoint, rateTotal }: SourceOptions,
  feed: 'webhook' | 'poll',
): SourceConfig {
  const livemode = livemodeOf(stripeKey);
  return Object.freeze({
    ...{ stripeKey: stripeKey as string, livemode, stripeApiBase, stripeAccount, connect, ratePerEndpoint },
    webhookSecrets: feed === 'webhook' || webhookSecret !== undefined ? parseSecrets(webhookSecret) : [],
    rateTotal: rateTotal ?? (livemode ? 80 : 20),
  });
}

/** @throws option_unknown */
export function refuseUnknown(options: object, known: readonly string[]): void {
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

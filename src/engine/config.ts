import * as v from 'valibot';
import { BillingOptions } from '../billing/settings.js';
import { UsersOptions } from '../billing/users/users.js';
import { LockstepError } from '../kernel/error.js';
import { nearest } from '../kernel/nearest.js';
import { reasonOf } from '../kernel/schema-issue.js';
import { unknownKey, type UnknownKey } from '../kernel/unknown-key.js';
import { alertEntries, checkAlertOptions } from './alert-options.js';
import { checkEndpoints, EndpointOptions } from './endpoint-options.js';
import { leftOutTypes } from './left-out.js';
import { livemodeOf } from '../stripe/key.js';
import { parseSecrets } from '../feeds/signature.js';
import { plans } from '../listing/plan.js';
import { urlProblem } from '../store/postgres/database-url.js';

const PositiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));
const Interval = v.pipe(v.number(), v.integer(), v.minValue(0));
const AccountId = v.regex<string, string>(/^acct_\w+$/, 'must look like acct_…');
const DAY_MS = 24 * 60 * 60_000;
const listed = plans.map(({ type }) => type);
const Rate = v.pipe(v.number(), v.minValue(0.1), v.maxValue(10_000));

/** One Stripe account in one mode, and how it is reached. */
const sourceEntries = {
  /** `sk_test_…`, `sk_live_…`, or a restricted key, `rk_…`. Without it nothing starts: `stripe_key_missing`. */
  stripeKey: v.optional(v.string()),
  /** Another Stripe, such as the emulator: `http://127.0.0.1:4747`. Default: Stripe's own. */
  stripeApiBase: v.optional(v.pipe(v.string(), v.url('must be a URL, for example http://127.0.0.1:4747'))),
  /** `acct_…`: the account to bind to where the key may not read `/v1/account`. Default: the key's own. */
  stripeAccount: v.optional(v.pipe(v.string(), AccountId)),
  /**
   * `whsec_…`, several comma-separated: while one is rolled, and for a Connect endpoint beside the account's own. Without it
   * `feed` must be `poll`: `webhook_secret_missing`.
   */
  webhookSecret: v.optional(v.string()),
  /** Mirror connected accounts too: all of them, or those named, `acct_…`. Default false. */
  connect: v.optional(v.union([v.boolean(), v.array(v.pipe(v.string(), AccountId))]), false),
  /** Requests a second to one endpoint of Stripe's, 0.1 to 10,000. Default 20. Source: Stripe's "Rate limits" (25). */
  ratePerEndpoint: v.optional(Rate, 20),
  /** Requests a second in all. Default 80 in live mode, 20 in test mode. Source: Stripe's "Rate limits" (100 and 25). */
  rateTotal: v.optional(Rate),
};

/** What people write. Everything has a default but the Stripe key, and the webhook secret where webhooks are the feed. */
export const Options = v.strictObject({
  /** `postgres://…`, version 14 or later. Default: the embedded database in `directory`. */
  databaseUrl: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (text) => urlProblem(text) === undefined,
        ({ input }) => urlProblem(input)?.problem ?? '',
      ),
    ),
  ),
  /** Where the embedded database and the running service's address are kept. Default `.lockstep`. */
  directory: v.optional(v.string(), '.lockstep'),
  ...sourceEntries,
  /**
   * Further accounts, each with a key of its own, and with `stripeApiBase`, `webhookSecret`, `connect` and rates as here. The app's
   * own users are customers of the first account. Default: none.
   */
  sources: v.optional(v.array(v.strictObject(sourceEntries)), []),
  /** `pk_test_…` or `pk_live_…`, for the sample page. Default: there is no sample page. */
  publishableKey: v.optional(
    v.pipe(v.string(), v.regex(/^pk_(test|live)_\w+$/, 'must look like pk_test_… or pk_live_…')),
  ),
  /** How changes reach us. `poll` reads `/v1/events` and needs no public address and no secret. Default `webhook`. */
  feed: v.optional(v.picklist(['webhook', 'poll']), 'webhook'),
  /** How often `/v1/events` is read where that is the feed, in milliseconds. Default 2,000. */
  pollEveryMs: v.optional(PositiveInteger, 2_000),
  /** How often `/v1/events` is read behind webhooks, for those that never came, in milliseconds. 0: never. Default 60,000. */
  catchUpEveryMs: v.optional(Interval, 60_000),
  /** The schema of Stripe's objects: a plain lower-case name. Default `stripe`. */
  mirrorSchema: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a lower-case name'),
      v.check((name) => !isReserved(name), "is a schema of PostgreSQL's or Lockstep's own; choose another name"),
    ),
    'stripe',
  ),
  /**
   * Proofs under way at once, 1 to 256. The backlog holds three quarters of them at most, and so does what goes ahead of it.
   * Default 12.
   */
  concurrency: v.optional(v.pipe(PositiveInteger, v.maxValue(256)), 12),
  /**
   * How long the claims of a worker hold after its last sign of life, in milliseconds. A worker renews its claims three times within
   * this time, as long as it reads. Default 8,000.
   */
  leaseMs: v.optional(PositiveInteger, 8_000),
  /** The largest delivery that is read, in bytes; larger ones are answered 413. Default 1,048,576. */
  bodyMaxBytes: v.optional(PositiveInteger, 1_048_576),
  /**
   * Which types the scheduled sweeps list, such as `subscription`. Default: all, but for those that are listed below each of
   * their parents, such as a customer's tax ids, while there are more than 10,000 of these.
   */
  sweepTypes: v.optional(v.array(v.picklist(listed as [string, ...string[]]))),
  /**
   * Types that are not mirrored, such as `charge`: no rows, no bodies of their events, no marks. Not those that say what a user
   * has, nor those that hooks are about. Default: all are mirrored.
   */
  leaveOut: v.optional(v.array(v.string()), []),
  /** How often everything of each type is swept, in milliseconds. 0: only on request. Default 604,800,000: seven days. */
  sweepEveryMs: v.optional(Interval, 7 * DAY_MS),
  /** How often its objects of the last two days are swept, in milliseconds. 0: only on request. Default 86,400,000: a day. */
  sweepRecentEveryMs: v.optional(Interval, DAY_MS),
  /** How many days events are kept: 31 at least, for Stripe may send one again for 30. Default 45. */
  inboxDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(31)), 45),
  /** How many days changes are kept for readers of the change feed, 1 to 365. Default 14. */
  changeDays: v.optional(v.pipe(PositiveInteger, v.maxValue(365)), 14),
  /**
   * Whether PostgreSQL's `NOTIFY lockstep_changes` says that new changes can be read: once for a batch, and not for each
   * change. Default false.
   */
  notifyChanges: v.optional(v.boolean(), false),
  /** Believe Stripe however many objects it says are missing, where else so many are left in doubt. Default false. */
  acceptMissing: v.optional(v.boolean(), false),
  /** The app's own tables. null: do not touch any. Default: `users` and `user_profiles`, where they are. */
  users: v.optional(v.nullable(UsersOptions)),
  /** What the app sells, and where people come back to. Every part has a default. */
  billing: v.optional(BillingOptions, {}),
  /** Where proven changes are sent as signed webhooks. Default: nowhere. */
  endpoints: v.optional(v.array(EndpointOptions), []),
  ...alertEntries,
});

export type ServiceOptions = v.InferInput<typeof Options>;

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

/** What no option changes: how long and large an answer of Stripe may be, and how events are stored and work is found. */
export const limits = Object.freeze({
  stripe: Object.freeze({
    answerMs: 20_000,
    answerMaxBytes: 16 * 1024 * 1024,
    readMs: 5 * 60_000,
    readMaxBytes: 64 * 1024 * 1024,
    pagesMax: 1_000,
    throttledTries: 4,
  }),
  inbox: Object.freeze({
    /** Events in one transaction. */
    batchMax: 200,
    /** Events that wait for the database; more are refused. */
    waitingMax: 5_000,
  }),
  worker: Object.freeze({
    /** How often marks made by other processes are looked for. */
    pollMs: 500,
  }),
  /** When many marks of one type are proven by pages of its list. A page is requested twice, and holds 100 objects. */
  pages: Object.freeze({
    /** How often the worker looks for marks that pages can prove, while it finds none. */
    everyMs: 5_000,
    /** How far behind a list may be. Stripe documents that lists are not behind; this is our margin. */
    settledMs: 30_000,
    /** Marks of one type. Single reads need ten seconds for so many. */
    waitingMin: 200,
    /** Marks of one type that are planned for at once. */
    waitingMax: 2_000,
    /** Marks that a page should cover. */
    coveredMin: 10,
    /** Pages in a row that cover fewer. After them the type is read one by one for `restMs`. */
    poorMax: 3,
    restMs: 60_000,
    /** How long claims wait for their page. Somebody may begin to wait for one of the objects. */
    answerMs: 10_000,
    /** Pages under way at once. 0: no pages, every object is read by itself. */
    atOnce: 3,
    /** Proofs of pages written at once. The other database connections are left to others. */
    writtenAtOnce: 3,
  }),
  backfill: Object.freeze({
    /** Types listed at once. */
    concurrency: 4,
  }),
  verify: Object.freeze({
    /** For so long after its listing a difference may be a change that is still on its way. */
    graceMs: 3_000,
    /** How long a repair may take before it is reported as not done. */
    repairMs: 5 * 60_000,
  }),
  outbox: Object.freeze({
    /** How often runs of hooks that other processes kept are looked for. */
    pollMs: 500,
  }),
});

/** What code reads: complete and frozen. */
export interface Config extends Readonly<Omit<v.InferOutput<typeof Options>, keyof typeof sourceEntries | 'sources'>> {
  /** The first is the one that the app's own users are customers of. */
  readonly sources: readonly [SourceConfig, ...SourceConfig[]];
}

/**
 * The options with their defaults, for what needs no Stripe key.
 * @throws option_unknown with "did you mean", option_invalid
 */
export function resolveOptions(options: ServiceOptions): v.InferOutput<typeof Options> {
  const unknown = unknownKey(Options, options);
  if (unknown !== undefined) throw optionUnknown(unknown);
  const parsed = v.safeParse(Options, options);
  if (!parsed.success) throw invalid(parsed.issues[0]);
  return { ...parsed.output, leaveOut: leftOutTypes(parsed.output.leaveOut) };
}

/**
 * Options become the one complete configuration.
 * @throws option_unknown with "did you mean", option_invalid, stripe_key_missing, stripe_key_invalid,
 *   webhook_secret_missing, webhook_secret_invalid
 */
export function resolveConfig(options: ServiceOptions): Config {
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
  } = resolveOptions(options);
  checkAlertOptions(rest);
  checkEndpoints(rest.endpoints);
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
    throw optionUnknown({ path: key, near: nearest(key, known), known });
  }
}

function optionUnknown({ path, near, known }: UnknownKey): LockstepError {
  return new LockstepError('option_unknown', `Unknown option ${path}`, {
    hint: near === undefined ? `the options are ${known.join(', ')}` : `did you mean ${near}?`,
  });
}

function invalid(issue: v.BaseIssue<unknown>): LockstepError {
  const path = v.getDotPath(issue) ?? 'options';
  const hint = path === 'databaseUrl' ? urlProblem(String(issue.input))?.hint : undefined;
  return new LockstepError('option_invalid', `Invalid option ${path}: ${withoutSecrets(reasonOf(issue))}`, {
    hint: hint ?? 'correct it in the configuration; docs/api/lockstep.md lists every option with its default',
  });
}

/** A message may quote the value, which may be a key in the wrong place. */
function withoutSecrets(message: string): string {
  return message.replace(/ but received [^]*$/, (received) =>
    /received (?:"|')/.test(received) ? ' but received another string' : received,
  );
}

function isReserved(schema: string): boolean {
  return schema.startsWith('pg_') || ['information_schema', 'lockstep'].includes(schema);
}

import * as v from 'valibot';
import { Options, refuseUnknown, resolveConfig, type Config, type ServiceOptions } from '../engine/config.js';
import type { Authorize } from '../http/api/user-route.js';
import { identifyService, TOKEN_MIN, type Identify } from '../http/caller.js';
import { identifyUserToken } from '../http/user-token.js';
import { systemClock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import { pathOfIssue, reasonOf } from '../kernel/schema-issue.js';
import type { Log } from '../kernel/log.js';
import { openLog } from './log.js';

/** Who is signed in to the app, by the username or the id in the users table. null or undefined: nobody. */
export type Identity = { username: string } | { id: string | number | bigint } | null | undefined;

/**
 * The options of `createLockstep`. `stripeKey` is required, and `webhookSecret` too if events come by webhook. All
 * others have a default. An unknown option is refused.
 */
export interface LockstepOptions extends ServiceOptions {
  /**
   * The path below which Lockstep's routes are, such as `/billing`. Default: `/`. An adapter whose framework knows the
   * path uses that one.
   */
  basePath?: string;
  /**
   * Returns who sent a request. It must read the app's own session or token, never the body. Without it, only requests
   * with `token` or a user token are let in. Stripe's deliveries have a signature and need neither.
   */
  identify?: (request: Request) => Identity | Promise<Identity>;
  /**
   * Whether a known caller may do an action for a user. It can only deny more than the default: a user may act for
   * themselves, and the bearer of `token` for every user.
   */
  authorize?: Authorize;
  /**
   * The secret that the app's server signs user tokens with, at least 32 characters. A user token is a JSON Web Token
   * (HS256) with `aud` "lockstep", `sub` the user's id, and `exp` at most an hour ahead. Default: no user tokens.
   */
  userTokenSecret?: string | undefined;
  /**
   * The service token, at least 16 characters. A request that sends it as `Authorization: Bearer` may act for every
   * user. Default: none.
   */
  token?: string | undefined;
  /**
   * A token that opens `/metrics` and nothing else, at least 16 characters, for Prometheus. Default: none; `token`
   * opens it too.
   */
  metricsToken?: string | undefined;
  /**
   * Whether to prove, sweep, and read missed events in the background. Default: true. Set it to false on a host where
   * nothing runs between requests (serverless). Then the objects that a request marks are proven right after it, and a
   * cron job calls `lockstep.run()` for the rest.
   */
  background?: boolean;
  /** Where facts are logged to. Default: warnings and errors as JSON lines on standard error. */
  log?: Log;
}

/** The resolved options. */
export interface Settings {
  /** `''`, or a path such as `/billing`, without a slash at the end. */
  readonly basePath: string;
  readonly identify: NonNullable<LockstepOptions['identify']>;
  readonly authorize: Authorize | undefined;
  /** Identify a caller by a bearer token. */
  readonly bearers: readonly Identify[];
  readonly metricsToken: string | undefined;
  readonly background: boolean;
  readonly log: Log;
  /** @throws stripe_key_missing, webhook_secret_missing the secret is needed now and is missing */
  readonly config: () => Config;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

const Token = v.pipe(v.string(), v.minLength(TOKEN_MIN, `must have at least ${TOKEN_MIN} characters`));
const ownEntries = {
  basePath: v.optional(
    v.pipe(v.string(), v.regex(/^\/$|^(\/[\w.~-]+)+\/?$/, 'must be a path, for example /billing')),
    '/',
  ),
  identify: v.optional(v.custom<NonNullable<LockstepOptions['identify']>>(isFunction, 'must be a function')),
  authorize: v.optional(v.custom<Authorize>(isFunction, 'must be a function')),
  userTokenSecret: v.optional(v.string()),
  token: v.optional(Token),
  metricsToken: v.optional(Token),
  background: v.optional(v.boolean(), true),
  log: v.optional(v.custom<Log>(isLog, 'must have debug, info, warn and error')),
};
const OwnOptions = v.object(ownEntries);
export const OPTION_NAMES: readonly string[] = [...Object.keys(ownEntries), ...Object.keys(Options.entries)];

/** Bundlers load every module of an app when they build it, on a machine that may have no secrets. */
const SECRETS_MISSING = ['stripe_key_missing', 'webhook_secret_missing'];

/**
 * @throws option_unknown with "did you mean", option_invalid, stripe_key_invalid, webhook_secret_invalid. A missing
 *   secret is reported when it is needed, by `config()`.
 */
export function resolveSettings(options: LockstepOptions): Settings {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'createLockstep needs an object');
  refuseUnknown(options, OPTION_NAMES);
  const parsed = v.safeParse(OwnOptions, options);
  if (!parsed.success) throw invalid(pathOfIssue(parsed.issues[0]), reasonOf(parsed.issues[0]));
  const { basePath, identify = nobody, authorize, token, userTokenSecret, metricsToken, background } = parsed.output;
  return {
    ...{ identify, authorize, metricsToken, background },
    bearers: [
      ...(token === undefined ? [] : [identifyService(token)]),
      ...(userTokenSecret === undefined ? [] : [identifyUserToken(userTokenSecret, systemClock)]),
    ],
    log: parsed.output.log ?? openLog({ level: 'warn' }),
    basePath: basePath.replace(/\/$/, ''),
    config: configOf(options),
  };
}

const nobody = (): Identity => undefined;

function configOf(options: LockstepOptions): () => Config {
  const entries = Object.entries(options).filter(([key]) => !(key in ownEntries));
  try {
    const config = resolveConfig(Object.fromEntries(entries));
    return () => config;
  } catch (error) {
    if (!(error instanceof LockstepError) || !SECRETS_MISSING.includes(error.code)) throw error;
    return () => {
      throw error;
    };
  }
}

function isLog(value: unknown): boolean {
  const log = value as Record<string, unknown> | null;
  return (
    typeof log === 'object' && log !== null && ['debug', 'info', 'warn', 'error'].every((at) => isFunction(log[at]))
  );
}

function invalid(path: string, message: string): LockstepError {
  return new LockstepError('option_invalid', `Invalid option ${path}: ${message}`, {
    hint: 'docs/api/lockstep.md lists every option with its default',
  });
}

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

/** Who is signed in to the app, by the username or the id of the users table. null or undefined: nobody. */
export type Identity = { username: string } | { id: string | number | bigint } | null | undefined;

/**
 * What an app writes. `stripeKey` is needed, and `webhookSecret` where webhooks are the feed; everything else has a default. An
 * option that is not known is refused.
 */
export interface LockstepOptions extends ServiceOptions {
  /**
   * The path below which the app hands requests over, such as `/billing`. Default `/`. An adapter that is told the path
   * by its framework uses that.
   */
  basePath?: string;
  /**
   * Who sent a request: from the app's own session or token, never from the body. Without it nobody is let in but the
   * bearer of `token` or a user token; deliveries of Stripe carry a signature and need neither.
   */
  identify?: (request: Request) => Identity | Promise<Identity>;
  /** May only deny more: whether a known caller may do this for the user. Default: a person for themselves, the bearer for all. */
  authorize?: Authorize;
  /**
   * At least 32 characters: what the app's server signs tokens of its users with. Such a token is a JSON Web Token (HS256) with
   * `aud` "lockstep", `sub` the user's id, and `exp` at most an hour ahead. Default: there are none.
   */
  userTokenSecret?: string | undefined;
  /**
   * At least 16 characters. A request that sends it as `Authorization: Bearer` may act for every user. Default: none
   * may.
   */
  token?: string | undefined;
  /**
   * Whether to prove, sweep and read missed events in the background. Default true. Where nothing runs between requests
   * (serverless), set it to false: what a request marks is proven at once, and the rest by `lockstep.run()` from a cron.
   */
  background?: boolean;
  /** Facts of what happens. Default: warnings and errors as lines of JSON on standard error. */
  log?: Log;
}

/** What code reads. */
export interface Settings {
  /** `''` or `/billing`: no slash at its end. */
  readonly basePath: string;
  readonly identify: NonNullable<LockstepOptions['identify']>;
  readonly authorize: Authorize | undefined;
  /** Those who are known by a bearer token. */
  readonly bearers: readonly Identify[];
  readonly background: boolean;
  readonly log: Log;
  /** @throws stripe_key_missing, webhook_secret_missing what a secret is needed for is asked for, and it is not there */
  readonly config: () => Config;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

const ownEntries = {
  basePath: v.optional(
    v.pipe(v.string(), v.regex(/^\/$|^(\/[\w.~-]+)+\/?$/, 'must be a path, for example /billing')),
    '/',
  ),
  identify: v.optional(v.custom<NonNullable<LockstepOptions['identify']>>(isFunction, 'must be a function')),
  authorize: v.optional(v.custom<Authorize>(isFunction, 'must be a function')),
  userTokenSecret: v.optional(v.string()),
  token: v.optional(v.pipe(v.string(), v.minLength(TOKEN_MIN, `must have at least ${TOKEN_MIN} characters`))),
  background: v.optional(v.boolean(), true),
  log: v.optional(v.custom<Log>(isLog, 'must have debug, info, warn and error')),
};
const OwnOptions = v.object(ownEntries);
export const OPTION_NAMES: readonly string[] = [...Object.keys(ownEntries), ...Object.keys(Options.entries)];

/** Missing while an app is built: bundlers load every module of an app on a machine that has none of its secrets. */
const SECRETS_MISSING = ['stripe_key_missing', 'webhook_secret_missing'];

/**
 * @throws option_unknown with "did you mean", option_invalid, stripe_key_invalid, webhook_secret_invalid. A missing secret
 *   is reported when it is needed, by `config()`.
 */
export function resolveSettings(options: LockstepOptions): Settings {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'createLockstep needs an object');
  refuseUnknown(options, OPTION_NAMES);
  const parsed = v.safeParse(OwnOptions, options);
  if (!parsed.success) throw invalid(pathOfIssue(parsed.issues[0]), reasonOf(parsed.issues[0]));
  const { basePath, identify = nobody, authorize, token, userTokenSecret, background } = parsed.output;
  return {
    ...{ identify, authorize, background },
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

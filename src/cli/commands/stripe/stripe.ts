import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { constants as os } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { LockstepError, messageOf } from '../../../kernel/error.js';

export interface StripeCommand {
  /** What the official command line is called with, such as `['trigger', 'customer.created']`. */
  words: readonly string[];
  /**
   * Where the emulator is looked for: `STRIPE_API_BASE`, or the port that both of our commands take by default. With
   * `/ns/NAME` at its end, the command acts in that namespace.
   */
  apiBase: string | undefined;
  environment: NodeJS.ProcessEnv;
}

const USUAL_PLACE = 'http://127.0.0.1:4747';
const PATIENCE_MS = 5_000;

/**
 * Runs Stripe's own command line against the running emulator, whatever key it may have of Stripe itself. Resolves with
 * its exit code.
 * @throws emulator_unreachable, stripe_cli_missing
 */
export async function stripe({ words, apiBase, environment }: StripeCommand): Promise<number> {
  const binary = stripeBinary(environment);
  const [place = USUAL_PLACE, namespace] = (apiBase ?? USUAL_PLACE).split(/\/ns\/(\w+)\/?$/);
  const secretKey = await keyOfEmulator(place, namespace);
  const child = spawn(binary, [...words, ...snapshotsFor(words), ...flagsFor(words, place)], {
    stdio: 'inherit',
    env: { ...environment, STRIPE_API_KEY: secretKey, STRIPE_CLI_TELEMETRY_OPTOUT: '1' },
  });
  // The terminal tells the child as well; its end is ours.
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', pass).on('SIGTERM', pass);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  process.off('SIGINT', pass).off('SIGTERM', pass);
  return code ?? 128 + os.signals[signal ?? 'SIGTERM'];
}

/** Flags of `stripe listen` that say which events it forwards, and those without which it forwards none. */
const CHOOSES = /^(--all-(snapshot|thin)|--events|--help|--print-secret|--use-configured-webhooks)(=|$)|^-[aeh]/;
const FORWARDS = /^--forward-(to|connect-to)(=|$)|^-[cf]/;

/** Version 1.52 of the Stripe CLI does not forward until it is told which events. All of them is what people mean. */
function snapshotsFor([command, ...flags]: readonly string[]): string[] {
  const has = (flag: RegExp): boolean => flags.some((word) => flag.test(word));
  return command === 'listen' && has(FORWARDS) && !has(CHOOSES) ? ['--all-snapshot'] : [];
}

/** The flag is hidden, has no environment variable, and refuses the name `localhost`. */
function flagsFor(words: readonly string[], place: string): string[] {
  const base = place.replace(/^(https?:\/\/)localhost(?=[:/]|$)/, '$1127.0.0.1').replace(/\/$/, '');
  return words.length === 0 ? [] : ['--api-base', base];
}

/** The emulator says its key itself, so that nothing can reach Stripe with it. */
async function keyOfEmulator(place: string, namespace: string | undefined): Promise<string> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const body = JSON.stringify({ name: namespace });
    const response =
      namespace === undefined
        ? await fetch(new URL('/_emulator/info', place), { signal })
        : await fetch(new URL('/_emulator/namespaces', place), { method: 'POST', body, signal });
    const info = (await response.json()) as { secret_key?: unknown };
    if (typeof info.secret_key === 'string' && info.secret_key.startsWith('sk_test_')) return info.secret_key;
    throw new Error(`the server there answered ${response.status} and is not an emulator`);
  } catch (cause) {
    throw new LockstepError('emulator_unreachable', `No emulator answers at ${place}: ${messageOf(cause)}`, {
      hint: 'start one with `lockstep emulator`, or set STRIPE_API_BASE to its address',
      cause,
    });
  }
}

/** The Stripe CLI of the npm package @stripe/cli if it is installed, else of the PATH. @throws stripe_cli_missing */
export function stripeBinary({ PATH = '' }: NodeJS.ProcessEnv, installed = installedByNpm()): string {
  const name = process.platform === 'win32' ? 'stripe.exe' : 'stripe';
  const dirs = [...installed, ...PATH.split(delimiter).filter((dir) => dir !== '')];
  const found = dirs.map((dir) => join(dir, name)).find(isExecutable);
  if (found !== undefined) return found;
  throw new LockstepError('stripe_cli_missing', 'The Stripe CLI is not installed', {
    hint: 'install it with npm install --save-dev @stripe/cli, or see https://docs.stripe.com/stripe-cli#install',
  });
}

/** Beside the app that calls, or beside this package. npm's own `stripe` is a wrapper that does not pass signals on. */
function installedByNpm(): string[] {
  const name = `@stripe/cli-${process.platform}-${process.arch}/package.json`;
  return [join(process.cwd(), 'package.json'), import.meta.url].flatMap((from) => {
    try {
      return [join(dirname(createRequire(from).resolve(name)), 'bin')];
    } catch {
      return [];
    }
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

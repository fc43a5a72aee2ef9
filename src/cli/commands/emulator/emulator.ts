import { existsSync, readFileSync } from 'node:fs';
import type { Emulator } from '../../../../emulator/src/emulator.js';
import { startEmulator } from '../../../../emulator/src/emulator.js';
import type { Faults } from '../../../../emulator/src/delivery/fault.js';
import { FAULT_NAMES } from '../../../../emulator/src/delivery/fault.js';
import type { Fixture } from '../../../../emulator/src/fixture.js';
import { asFixture, FIXTURE_FORM } from '../../../../emulator/src/fixture.js';
import { LockstepError, messageOf } from '../../../kernel/error.js';
import { openLog } from '../../../app/log.js';
import { untilStopped } from '../../terminal/until-stopped.js';
import { webDir } from '../../../app/web-dir.js';

export interface EmulatorCommand {
  host: string;
  port: number;
  /** Host names it answers to besides loopback ones. */
  allowHosts: readonly string[];
  /** The account of a new state. Default: always the same one. */
  account: string | undefined;
  /** The account's default API version. Default: the pinned SDK's. */
  apiVersion: string | undefined;
  /** Keeps its state in this file. */
  data: string | undefined;
  /** Delivers to this address, with this secret. */
  forwardTo: string | undefined;
  webhookSecret: string | undefined;
  /** A file of calls to begin a new state with, in the form of the official command line's fixtures. */
  fixture: string | undefined;
  /** What goes wrong on purpose, each as `name=number`. */
  faults: readonly string[];
  /** How many namespaces may be open, and how long one may be idle. */
  maxNamespaces: number;
  namespaceIdleMs: number;
  logLevel: string;
}

/**
 * Runs the emulator on its own.
 * @throws LockstepError `option_invalid` for a fixture file or a fault that cannot be used, `request_invalid` for a
 *   step that is refused, and what `startEmulator` throws
 */
export async function emulator({
  host,
  port,
  allowHosts,
  account,
  apiVersion,
  data,
  forwardTo,
  webhookSecret,
  fixture,
  faults,
  maxNamespaces,
  namespaceIdleMs,
  logLevel,
}: EmulatorCommand): Promise<void> {
  if (forwardTo !== undefined) refuseNoUrl(forwardTo);
  const log = openLog({ level: logLevel });
  const isKept = data !== undefined && existsSync(data);
  const scene = fixture === undefined ? undefined : readFixture(fixture);
  const running = await startEmulator({
    host,
    port,
    allowHosts,
    webDir,
    log,
    faults: faultsOf(faults),
    maxNamespaces,
    namespaceIdleMs,
    ...(account === undefined ? {} : { account }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(data === undefined ? {} : { dataFile: data }),
  });
  const lines = linesOf(running, { data, maxNamespaces });
  if (forwardTo !== undefined) {
    const endpoint = running.keepWebhookEndpoint({
      url: forwardTo,
      ...(webhookSecret === undefined ? {} : { secret: webhookSecret }),
    });
    lines.push(`  webhooks to      ${forwardTo}`, `  webhook secret   ${endpoint.secret}`);
  }
  if (scene !== undefined) {
    if (!isKept)
      await running.fixture(scene).catch(async (error: unknown) => {
        await running.stop();
        throw error;
      });
    lines.push(`  fixture          ${isKept ? 'skipped: the state file already exists' : fixture}`);
  }
  if (faults.length > 0) lines.push(`  faults           ${faults.join(' ')}`);
  // Register the signal handlers first: a program that reads these lines may stop the emulator right after.
  const stopped = untilStopped([() => running.stop()]);
  console.log(lines.join('\n'));
  await stopped;
}

function linesOf(
  { url, secretKey, publishableKey }: Emulator,
  { data, maxNamespaces }: Pick<EmulatorCommand, 'data' | 'maxNamespaces'>,
): string[] {
  return [
    `  emulator         ${url}`,
    `  STRIPE_API_BASE  ${url}`,
    `  secret key       ${secretKey}`,
    `  publishable key  ${publishableKey}`,
    `  Stripe.js        ${url}/v3/`,
    `  namespaces       ${maxNamespaces === 0 ? 'none' : `sk_test_ns_NAME opens one, up to ${maxNamespaces}`}`,
    `  state            ${data ?? 'in memory only; use --data FILE to keep it'}`,
  ];
}

function refuseNoUrl(forwardTo: string): void {
  if (URL.canParse(forwardTo) && /^https?:$/.test(new URL(forwardTo).protocol)) return;
  throw new LockstepError('option_invalid', '--forward-to must be an http or https URL', {
    hint: 'include the scheme, for example http://127.0.0.1:4242/stripe-webhooks',
  });
}

function readFixture(file: string): Fixture {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const message = isAbsent
      ? `Fixture file not found: ${file}`
      : `Cannot read the fixture ${file}: ${messageOf(cause)}`;
    throw new LockstepError('option_invalid', message, {
      hint: 'give the path of a JSON file',
      facts: { file },
      cause,
    });
  }
  try {
    return asFixture(JSON.parse(text));
  } catch (cause) {
    const known = cause instanceof LockstepError ? cause : undefined;
    const reason = known === undefined ? `it is not valid JSON: ${messageOf(cause)}` : known.message;
    throw new LockstepError('option_invalid', `Cannot use the fixture ${file}: ${reason}`, {
      hint: known?.hint ?? FIXTURE_FORM,
      facts: { file },
      cause,
    });
  }
}

/** Unknown names and values out of range are refused later, when the faults are set. */
function faultsOf(words: readonly string[]): Partial<Faults> {
  const faults = words.map((word): [string, unknown] => {
    const [, name, value = ''] = /^([^=]*)=(.+)$/.exec(word) ?? [];
    if (name !== undefined) return [name, Number.isNaN(Number(value)) ? value : Number(value)];
    throw new LockstepError('option_invalid', `--fault ${word} has no number`, {
      hint: `write name=number, for example lose_every=2; the faults are ${FAULT_NAMES.join(', ')}`,
    });
  });
  return Object.fromEntries(faults);
}

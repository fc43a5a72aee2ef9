import { existsSync, readFileSync } from 'node:fs';
import { startEmulator } from '../emulator/emulator.js';
import type { Faults } from '../emulator/delivery/fault.js';
import { FAULT_NAMES } from '../emulator/delivery/fault.js';
import type { Fixture } from '../emulator/fixture.js';
import { asFixture } from '../emulator/fixture.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import { openLog } from '../lockstep/log.js';
import { untilStopped } from './until-stopped.js';
import { webDir } from './web-dir.js';

export interface EmulatorCommand {
  host: string;
  port: number;
  /** Host names it answers to besides loopback ones. */
  allowHosts: readonly string[];
  /** The account of a new state. Default: always the same one. */
  account: string | undefined;
  /** Keeps its state in this file. */
  data: string | undefined;
  /** Delivers to this address, with this secret. */
  forwardTo: string | undefined;
  webhookSecret: string | undefined;
  /** A file of calls to begin a new state with, in the form of the official command line's fixtures. */
  fixture: string | undefined;
  /** What goes wrong on purpose, each as `name=number`. */
  faults: readonly string[];
  logLevel: string;
}

/**
 * The local Stripe by itself.
 * @throws LockstepError `option_invalid` for a fixture file or a fault that cannot be used, `request_invalid` for a step
 *   that is refused, and what `startEmulator` throws
 */
export async function emulator({
  host,
  port,
  allowHosts,
  account,
  data,
  forwardTo,
  webhookSecret,
  fixture,
  faults,
  logLevel,
}: EmulatorCommand): Promise<void> {
  if (forwardTo !== undefined) refuseNoUrl(forwardTo);
  const log = openLog({ level: logLevel });
  const isKept = data !== undefined && existsSync(data);
  const scene = fixture === undefined ? undefined : readFixture(fixture);
  const running = await startEmulator({
    ...{ host, port, allowHosts, webDir, log, faults: faultsOf(faults) },
    ...(account === undefined ? {} : { account }),
    ...(data === undefined ? {} : { dataFile: data }),
  });
  const lines = [
    `  emulator         ${running.url}`,
    `  STRIPE_API_BASE  ${running.url}`,
    `  secret key       ${running.secretKey}`,
    `  publishable key  ${running.publishableKey}`,
    `  state            ${data ?? 'in memory: forgotten at the end (--data FILE keeps it)'}`,
  ];
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
    lines.push(`  fixture          ${isKept ? 'not made again: the state has it already' : fixture}`);
  }
  if (faults.length > 0) lines.push(`  faults           ${faults.join(' ')}`);
  // A reader of these lines may stop the emulator from here on.
  const stopped = untilStopped([() => running.stop()]);
  console.log(lines.join('\n'));
  await stopped;
}

function refuseNoUrl(forwardTo: string): void {
  if (URL.canParse(forwardTo) && /^https?:$/.test(new URL(forwardTo).protocol)) return;
  throw new LockstepError('option_invalid', '--forward-to is not an http or https address', {
    hint: 'write it with its scheme, for example http://127.0.0.1:4242/stripe-webhooks',
  });
}

function readFixture(file: string): Fixture {
  try {
    return asFixture(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const hint = cause instanceof LockstepError ? cause.hint : undefined;
    throw new LockstepError('option_invalid', `the fixture ${file} cannot be used: ${messageOf(cause)}`, {
      hint: hint ?? 'it is a JSON file: { "fixtures": [{ "name": "ada", "path": "/v1/customers", "params": {} }] }',
      facts: { file },
      cause,
    });
  }
}

/** What is unknown or out of bounds is refused where faults are set. */
function faultsOf(words: readonly string[]): Partial<Faults> {
  const faults = words.map((word): [string, unknown] => {
    const [, name, value = ''] = /^([^=]*)=(.+)$/.exec(word) ?? [];
    if (name !== undefined) return [name, Number.isNaN(Number(value)) ? value : Number(value)];
    throw new LockstepError('option_invalid', `--fault ${word} names no number`, {
      hint: `write it as name=number, for example lose_every=2; there are: ${FAULT_NAMES.join(', ')}`,
    });
  });
  return Object.fromEntries(faults);
}

/**
 * Runs scenarios against Stripe itself, or what stands at its address, and against an emulator, and compares the answers.
 *
 * - `scenario`        the scenarios, as requests.
 * - `compare`         the first difference of two answers.
 * - `against-stripe`  makes the requests of both.
 */
import qs from 'qs';
import { API_VERSION } from '../../../src/catalog/generated/api-version.js';
import type { Clock } from '../../../src/kernel/clock.js';
import { LockstepError, messageOf } from '../../../src/kernel/error.js';
import { filled } from '../fixture.js';
import type { Json } from '../state/rows.js';
import type { AnswerDifference } from './compare.js';
import { firstDifference } from './compare.js';
import type { Scenario, ScenarioStep } from './scenario.js';

/** An address that answers Stripe's API, and a key for it. */
export interface ApiSide {
  url: string;
  key: string;
}

/** What a scenario found: that both sides answered the same to so many requests, or the first difference. */
export interface ScenarioResult {
  scenario: string;
  requests: number;
  difference?: AnswerDifference & { request: string };
}

const TRIES_MAX = 60;
const TRY_AGAIN_MS = 1_000;
const TIMEOUT_MS = 60_000;

/** Runs one scenario on both sides, request by request, until an answer differs. @throws LockstepError */
export async function runScenario(
  { name, steps }: Scenario,
  { stripe, emulator, clock }: { stripe: ApiSide; emulator: ApiSide; clock: Clock },
): Promise<ScenarioResult> {
  const answers = { stripe: {} as Record<string, Json>, emulator: {} as Record<string, Json> };
  for (const [index, step] of steps.entries()) {
    const [real, local] = await Promise.all([
      answerOf(stripe, step, answers.stripe, clock),
      answerOf(emulator, step, answers.emulator, clock),
    ]);
    const found = firstDifference(real, local);
    const request = `${(step.method ?? 'post').toUpperCase()} ${step.path}`;
    if (found !== undefined) return { scenario: name, requests: index + 1, difference: { ...found, request } };
    if (local.status >= 400 !== (step.refused === true)) throw notMeant(name, request, local);
    answers.stripe[step.name] = real.body;
    answers.emulator[step.name] = local.body;
  }
  return { scenario: name, requests: steps.length };
}

/** What both answer the same may still not be what the scenario is about. */
const notMeant = (scenario: string, request: string, { status, body }: { status: number; body: Json }): LockstepError =>
  new LockstepError('internal', `The scenario "${scenario}" does not work: ${request} was answered ${status}`, {
    hint: 'this is a bug of the scenario; please report it',
    facts: { body },
  });

async function answerOf(
  side: ApiSide,
  step: ScenarioStep,
  answers: Readonly<Record<string, Json>>,
  clock: Clock,
): Promise<{ status: number; body: Json }> {
  const { path, method = 'post', params = {} } = filled(step, answers);
  const wanted = Object.entries(step.until ?? {});
  for (let tries = 1; ; tries += 1) {
    const answer = await call(side, method.toUpperCase(), path, qs.stringify(params, { encodeValuesOnly: true }));
    if (wanted.every(([key, value]) => answer.body[key] === value)) return answer;
    if (tries === TRIES_MAX) {
      throw new LockstepError('timed_out', `${side.url} did not finish ${path} in ${TRIES_MAX} seconds`, {
        hint: 'run it again',
      });
    }
    await clock.sleep(TRY_AGAIN_MS);
  }
}

async function call(
  { url, key }: ApiSide,
  verb: string,
  path: string,
  form: string,
): Promise<{ status: number; body: Json }> {
  const query = verb === 'POST' || form === '' ? '' : `?${form}`;
  try {
    const response = await fetch(`${url}${path}${query}`, {
      method: verb,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/x-www-form-urlencoded',
        'stripe-version': API_VERSION,
      },
      ...(verb === 'POST' ? { body: form } : {}),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, body: (await response.json()) as Json };
  } catch (cause) {
    throw new LockstepError('stripe_unreachable', `No answer from ${url}${path}: ${messageOf(cause)}`, {
      hint: 'check the connection, and STRIPE_API_BASE if it is set',
      cause,
    });
  }
}

import qs from 'qs';
import { LockstepError } from '../../src/kernel/error.js';
import type { Api } from './api/api.js';
import type { Json } from './state/rows.js';

/** One call to the API. */
export interface FixtureStep {
  /** By which later steps refer to the answer: `${name:id}`, `${name:items.data.0.id}`, `${name:email|default}`. */
  name: string;
  /** e.g. `/v1/customers`; may refer to answers too. */
  path: string;
  /** Default `post`. */
  method?: 'delete' | 'get' | 'post';
  /** As the API takes them; texts in them may refer to answers. Default: none. */
  params?: Record<string, unknown>;
  /** The connected account it is for, `acct_…`. Default: the emulator's own. */
  account?: string;
  /** The type of error that this step is meant to end with, e.g. `card_error`. Default: none. */
  expected_error_type?: string;
}

/** Steps, or a whole fixture file of the official command line (https://docs.stripe.com/cli/fixtures). */
export type Fixture = readonly FixtureStep[] | { readonly fixtures: readonly FixtureStep[] };

const STEPS_MAX = 10_000;
/** No brace stands inside one: the search for its end is over at the next beginning, however many have none. */
const REFERENCE = /\$\{([^:{}]+):([^{}|]+)(?:\|([^{}]*))?\}/g;

const FILE_FIELDS: readonly string[] = ['_meta', 'env', 'fixtures'];
/** What the official command line reads of a step. What it has of its own has no effect here. */
const STEP_FIELDS: readonly string[] = [
  ...['account', 'api_base', 'context', 'expected_error_type', 'headers', 'idempotency_key'],
  ...['method', 'name', 'params', 'path'],
];

/** The form of a fixture file, as the hint of an error. */
export const FIXTURE_FORM = 'write it as { "fixtures": [{ "name": "ada", "path": "/v1/customers", "params": {} }] }';

/** Checks that parsed JSON has the form of a fixture file. @throws LockstepError `request_invalid` if it has not. */
export function asFixture(value: unknown): Fixture {
  const steps = isObject(value) && hasOnly(value, FILE_FIELDS) ? value.fixtures : undefined;
  const isStep = (step: unknown): boolean =>
    isObject(step) &&
    hasOnly(step, STEP_FIELDS) &&
    ['name', 'path'].every((key) => typeof step[key] === 'string') &&
    ['account', 'expected_error_type'].every((key) => step[key] === undefined || typeof step[key] === 'string') &&
    (step.method === undefined || (typeof step.method === 'string' && /^(delete|get|post)$/i.test(step.method))) &&
    (step.params === undefined || step.params === null || isObject(step.params));
  if (Array.isArray(steps) && steps.every(isStep)) return { fixtures: steps as FixtureStep[] };
  throw new LockstepError('request_invalid', 'it is not a fixture', { hint: FIXTURE_FORM });
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasOnly = (value: Json, names: readonly string[]): boolean =>
  Object.keys(value).every((name) => names.includes(name));

/** Makes the steps' calls one after another; no fault hits them. @throws `request_invalid`. */
export async function loadFixture(api: Api, secretKey: string, fixture: Fixture): Promise<Record<string, Json>> {
  const steps = 'fixtures' in fixture ? fixture.fixtures : fixture;
  if (steps.length > STEPS_MAX) throw broken(`A fixture has at most ${STEPS_MAX} steps, not ${steps.length}`);
  const answers: Record<string, Json> = {};
  for (const step of steps) answers[step.name] = await call(api, secretKey, filled(step, answers));
  return answers;
}

async function call(api: Api, secretKey: string, step: FixtureStep): Promise<Json> {
  const { name, path, method = 'post', params = {}, account, expected_error_type: expected } = step;
  const verb = method.toUpperCase();
  const json = path.startsWith('/v2/');
  const form = qs.stringify(params, { encodeValuesOnly: true });
  const { status, body } = await api.handle({
    verb,
    path,
    query: verb === 'POST' ? '' : form,
    body: verb !== 'POST' ? '' : json ? JSON.stringify(params) : form,
    headers: {
      authorization: `Bearer ${secretKey}`,
      'lockstep-client': 'fixture',
      'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(account === undefined ? {} : { 'stripe-account': account }),
    },
  });
  const answer = JSON.parse(body) as Json;
  const error = status < 400 ? undefined : (answer.error as { type: string; message: string });
  // The official command line writes '' where it expects none.
  if ((error?.type ?? '') === (expected ?? '')) return answer;
  throw broken(
    error === undefined
      ? `Step '${name}' of the fixture should have failed with ${expected ?? 'an error'}, but it succeeded`
      : `Step '${name}' of the fixture failed: ${error.message}`,
    { step: name, path, status },
  );
}

/** The step with what it refers to put in. */
export function filled(step: FixtureStep, answers: Readonly<Record<string, Json>>): FixtureStep {
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replace(REFERENCE, (...found) => refer(step, answers, found));
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
  };
  return fill(step) as FixtureStep;
}

function refer(step: FixtureStep, answers: Readonly<Record<string, Json>>, found: readonly unknown[]): string {
  const [written, name, path, otherwise] = found as [string, string, string, string | undefined];
  const value = path
    .split('.')
    .reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null ? (at as Json)[key] : undefined),
      answers[name],
    );
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (otherwise !== undefined) return otherwise;
  throw broken(`Step '${step.name}' of the fixture refers to ${written}, which does not exist`, { step: step.name });
}

const broken = (message: string, facts: Record<string, unknown> = {}): LockstepError =>
  new LockstepError('request_invalid', message, {
    hint: 'steps run in order; correct this one',
    facts,
  });

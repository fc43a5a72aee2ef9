import * as v from 'valibot';
import { LockstepError } from '../../../src/kernel/error.js';
import { isMissing, pathOfIssue, reasonOf } from '../../../src/kernel/schema-issue.js';
import { unknownKey } from '../../../src/kernel/unknown-key.js';
import { Problem } from '../api/problem.js';
import type { Json } from '../state/rows.js';
import { openApiDocument } from './openapi.js';
import type { ControlOptions } from './route.js';
import { routes } from './routes.js';

export interface ControlReply {
  status: number;
  body: Json;
}

interface ControlRequest {
  verb: string;
  path: string;
  query: string;
  body: string;
}

/** About the server and not about an account, so these open no namespace and need none. */
export const OF_THE_SERVER: readonly string[] = ['/_emulator/health', '/_emulator/openapi.json'];
const OPENAPI_PATH = '/_emulator/openapi.json';

/** Answers an address below `/_emulator/`. */
export async function control(options: ControlOptions, request: ControlRequest): Promise<ControlReply> {
  const { verb, path, query, body } = request;
  if (verb === 'GET' && path === OPENAPI_PATH) return { status: 200, body: openApiDocument() };
  const { route, id } = routeAt(verb, path);
  if (route === undefined) return refusal(404, 'not_found', `there is nothing at ${verb} ${path.slice(0, 200)}`);
  try {
    const asked = {
      id: decodeURIComponent(id),
      query: checked(route.query, Object.fromEntries(new URLSearchParams(query)), 'parameter'),
      body: checked(route.body, jsonOf(body), 'field'),
    };
    return { status: 200, body: await route.run(options, asked as never) };
  } catch (error) {
    if (error instanceof Problem)
      return { status: error.status, body: error.toJson('req_emulator', options.store.origin) };
    if (error instanceof LockstepError) return refusal(400, error.code, error.message, error.hint);
    if (error instanceof URIError) return refusal(400, 'request_invalid', 'the address cannot be read');
    throw error;
  }
}

/** A whole path goes before one with an id. */
function routeAt(verb: string, path: string) {
  const [, noun = '', id = ''] = /^\/_emulator\/(\w+)\/([^/]+)$/.exec(path) ?? [];
  const whole = `${verb} ${path}`;
  const name = noun === '' || Object.hasOwn(routes, whole) ? whole : `${verb} /_emulator/${noun}/:id`;
  return { route: Object.hasOwn(routes, name) ? routes[name] : undefined, id };
}

function jsonOf(body: string): unknown {
  try {
    const sent: unknown = body === '' ? {} : JSON.parse(body);
    if (typeof sent === 'object' && sent !== null && !Array.isArray(sent)) return sent;
  } catch {
    // Said below.
  }
  throw wrong('the body is not a JSON object');
}

/** @throws LockstepError `request_invalid` for a name that is not known, or a value that does not fit. */
function checked(schema: v.GenericSchema, sent: unknown, kind: 'field' | 'parameter'): unknown {
  const unknown = unknownKey(schema, sent);
  if (unknown !== undefined) {
    const { path, near, known } = unknown;
    const guess = near === undefined ? '' : ` (did you mean "${near}"?)`;
    const hint = known.length === 0 ? `this route takes no ${kind}s` : `the ${kind}s are ${known.join(', ')}`;
    throw wrong(`Unknown ${kind} "${path.slice(0, 100)}"${guess}`, hint);
  }
  const parsed = v.safeParse(schema, sent);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const path = pathOfIssue(issue);
  throw wrong(isMissing(issue) ? `Missing ${kind} "${path}"` : `Invalid ${kind} "${path}": ${reasonOf(issue)}`);
}

const wrong = (message: string, hint = `see ${OPENAPI_PATH} for what each route takes`): LockstepError =>
  new LockstepError('request_invalid', message, { hint });

function refusal(status: number, code: string, message: string, hint?: string): ControlReply {
  return { status, body: { error: { code, message, hint: hint ?? null } } };
}

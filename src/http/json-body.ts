import * as v from 'valibot';
import { LockstepError } from '../kernel/error.js';
import { isMissing, pathOfIssue, reasonOf } from '../kernel/schema-issue.js';
import { unknownKey } from '../kernel/unknown-key.js';
import { readBody } from './body.js';

const MAX_BYTES = 65_536;

/**
 * A small JSON body of the given shape. Asks for `content-type: application/json`, which a form on another site cannot
 * send without the browser asking first.
 * @throws request_invalid
 */
export async function jsonBody<T>(request: Request, shape: v.GenericSchema<unknown, T>): Promise<T> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    throw new LockstepError('request_invalid', 'The body must be JSON', {
      hint: 'send content-type: application/json',
    });
  }
  const body = parse((await readBody(request, MAX_BYTES)).toString('utf8'));
  refuseUnknownField(shape, body, 'body');
  const parsed = v.safeParse(shape, body);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const path = pathOfIssue(issue);
  throw new LockstepError('request_invalid', messageFor(issue, path), { hint: 'see /v1/openapi.json for the fields' });
}

/** Reports an unknown field with the one that was probably meant. @throws request_invalid */
export function refuseUnknownField(shape: v.GenericSchema, input: unknown, what: 'body' | 'query'): void {
  const unknown = unknownKey(shape, input);
  if (unknown === undefined) return;
  const { path, near, known } = unknown;
  const guess = near === undefined ? '' : ` (did you mean "${near}"?)`;
  throw new LockstepError('request_invalid', `Unknown field "${path}"${guess}`, {
    hint: known.length === 0 ? `send an empty ${what}` : `the fields are ${known.join(', ')}`,
  });
}

function messageFor(issue: v.BaseIssue<unknown>, path: string): string {
  if (path === '') return `Invalid body: ${reasonOf(issue)}`;
  return isMissing(issue) ? `Missing field "${path}"` : `Invalid field "${path}": ${reasonOf(issue)}`;
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined; // no shape accepts it
  }
}

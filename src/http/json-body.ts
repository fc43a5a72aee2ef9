import * as v from 'valibot';
import { LockstepError } from '../kernel/error.js';
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
    throw new LockstepError('request_invalid', 'the body is not JSON', { hint: 'send content-type: application/json' });
  }
  const body = parse((await readBody(request, MAX_BYTES)).toString('utf8'));
  refuseUnknownField(shape, body, 'body');
  const parsed = v.safeParse(shape, body);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new LockstepError(
    'request_invalid',
    `the body is not as expected: ${v.getDotPath(issue) ?? 'body'}: ${issue.message}`,
    { hint: 'send an object of the documented shape' },
  );
}

/** A misspelled field would otherwise be refused without a word about what was meant. @throws request_invalid */
export function refuseUnknownField(shape: v.GenericSchema, input: unknown, what: 'body' | 'query'): void {
  const unknown = unknownKey(shape, input);
  if (unknown === undefined) return;
  const { path, near, known } = unknown;
  const fields = known.length === 0 ? `send an empty ${what}` : `there are ${known.join(', ')}`;
  throw new LockstepError('request_invalid', `the ${what} is not as expected: there is no field ${path}`, {
    hint: near === undefined ? fields : `did you mean ${near}?`,
  });
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined; // no shape accepts it
  }
}

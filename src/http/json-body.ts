import * as v from 'valibot';
import { LockstepError } from '../kernel/error.js';
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
  const parsed = v.safeParse(shape, parse((await readBody(request, MAX_BYTES)).toString('utf8')));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new LockstepError(
    'request_invalid',
    `the body is not as expected: ${v.getDotPath(issue) ?? 'body'}: ${issue.message}`,
    { hint: 'send an object of the documented shape' },
  );
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined; // no shape accepts it
  }
}

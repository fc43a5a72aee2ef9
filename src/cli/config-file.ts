import { existsSync, readFileSync } from 'node:fs';
import type { ServiceOptions } from '../engine/config.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import { pathFailure } from './terminal/path-failure.js';

export const CONFIG_FILE = 'lockstep.config.json';

/**
 * Reads options from a JSON file: the given one, or `lockstep.config.json` if it exists. A string `"env:NAME"` stands
 * for that environment variable, so that the file itself holds no secret.
 * @throws config_unreadable
 */
export function optionsFromFile(path: string | undefined, environment: NodeJS.ProcessEnv): Partial<ServiceOptions> {
  const file = path ?? CONFIG_FILE;
  if (path === undefined && !existsSync(file)) return {};
  let text: string;
  let value: unknown;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(
      file,
      pathFailure(cause)?.message ?? messageOf(cause),
      'give the path of a JSON file with --config',
    );
  }
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the text, which may contain a key.
    throw unreadable(file, `it is not JSON${placeOf(cause, text)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable(file, 'it is not a JSON object');
  return fromEnvironment(value, file, environment) as Partial<ServiceOptions>;
}

function placeOf(cause: unknown, text: string): string {
  const position = /at position (\d+)/.exec(messageOf(cause))?.[1];
  return position === undefined ? '' : ` (line ${text.slice(0, Number(position)).split('\n').length})`;
}

function fromEnvironment(value: unknown, file: string, environment: NodeJS.ProcessEnv): unknown {
  if (typeof value === 'string' && value.startsWith('env:')) {
    const name = value.slice('env:'.length);
    const found = environment[name];
    if (found === undefined || found === '')
      throw unreadable(file, `the environment variable ${name} is not set`, `set ${name}`);
    return found;
  }
  if (Array.isArray(value)) return value.map((inner) => fromEnvironment(inner, file, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, fromEnvironment(inner, file, environment)]),
  );
}

function unreadable(
  file: string,
  reason: string,
  hint = 'write a JSON object of options; "env:NAME" stands for an environment variable',
): LockstepError {
  return new LockstepError('config_unreadable', `Cannot use the options file ${file}: ${reason}`, { hint });
}

import { CommanderError } from 'commander';
import { LockstepError, messageOf, type ErrorCode } from '../kernel/error.js';
import { explainStatement } from '../store/statement-failure.js';
import { pathFailure } from './path-failure.js';

/** 1: it failed. 2: it was asked for wrongly: an option, a path, a key, a secret. */
const usage: ReadonlySet<ErrorCode> = new Set([
  'option_unknown',
  'option_invalid',
  'config_unreadable',
  'path_unusable',
  'stripe_key_missing',
  'stripe_key_invalid',
  'webhook_secret_missing',
  'webhook_secret_invalid',
]);

export function exitCodeOf(error: unknown): 1 | 2 {
  const known = knownOf(error);
  return known instanceof LockstepError && usage.has(known.code) ? 2 : 1;
}

/** Three lines: what happened, the fact, the next step. */
export function reportOf(thrown: unknown): string {
  const error = knownOf(thrown);
  if (!(error instanceof LockstepError)) {
    const stack = error instanceof Error ? error.stack : undefined;
    return `lockstep: ${messageOf(error)}\n  code  internal\n  next  this is a defect of lockstep; please report it with these lines\n${stack ?? ''}`;
  }
  const next = error.hint === undefined ? '' : `\n  next  ${error.hint}`;
  return `lockstep: ${error.message}\n  code  ${error.code}${next}`;
}

/** What has a cause outside of lockstep says so: a path, the database, a word of the command line. */
function knownOf(error: unknown): unknown {
  if (error instanceof CommanderError) return usageFailure(error);
  return pathFailure(error) ?? explainStatement(error);
}

const unknownWords = ['commander.unknownOption', 'commander.unknownCommand'];

/** `error: unknown option '--prot'\n(Did you mean --port?)`, as commander says it. */
function usageFailure({ code, message }: CommanderError): LockstepError {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const meant = /\(Did you mean (.*\?)\)/.exec(rest.join('\n'))?.[1];
  return new LockstepError(unknownWords.includes(code) ? 'option_unknown' : 'option_invalid', first, {
    hint: meant === undefined ? 'see lockstep --help, or lockstep <command> --help' : `did you mean ${meant}`,
  });
}

import { CommanderError } from 'commander';
import { LockstepError, messageOf, type ErrorCode } from '../../kernel/error.js';
import { explainStatement } from '../../store/statement-failure.js';
import { pathFailure } from './path-failure.js';

/** These exit with 2, invalid usage: an option, a path, a key or a secret is wrong. Every other error exits with 1. */
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

/** Three lines: the message, the code, the next step. */
export function reportOf(thrown: unknown): string {
  const error = knownOf(thrown);
  if (!(error instanceof LockstepError)) {
    const stack = error instanceof Error ? error.stack : undefined;
    const next = 'this is a bug in lockstep; please report it with these lines';
    return `lockstep: ${messageOf(error)}\n  code  internal\n  next  ${next}\n${stack ?? ''}`;
  }
  const next = error.hint === undefined ? '' : `\n  next  ${error.hint}`;
  return `lockstep: ${error.message}\n  code  ${error.code}${next}`;
}

/** Explains errors whose cause is outside Lockstep: a path, the database, the command line. */
function knownOf(error: unknown): unknown {
  if (error instanceof CommanderError) return usageFailure(error);
  return pathFailure(error) ?? explainStatement(error);
}

const unknownWords = ['commander.unknownOption', 'commander.unknownCommand'];

/** Commander writes `error: unknown option '--prot'\n(Did you mean --port?)`. */
function usageFailure({ code, message }: CommanderError): LockstepError {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`;
  const meant = /\(Did you mean (.*\?)\)/.exec(rest.join('\n'))?.[1];
  return new LockstepError(unknownWords.includes(code) ? 'option_unknown' : 'option_invalid', sentence, {
    hint: meant === undefined ? 'see lockstep --help, or lockstep <command> --help' : `did you mean ${meant}`,
  });
}

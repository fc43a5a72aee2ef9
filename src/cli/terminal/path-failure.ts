import { LockstepError } from '../../kernel/error.js';

const reasons: Readonly<Record<string, [what: string, hint: string]>> = {
  ENOENT: ['no such file or folder', 'correct the path, or create the folder'],
  EACCES: ['permission denied', 'change its permissions, or choose another path'],
  EPERM: ['operation not permitted', 'change its permissions, or choose another path'],
  EROFS: ['its file system is read-only', 'choose a path on a writable file system'],
  EISDIR: ['it is a folder, not a file', 'give the path of a file'],
  ENOTDIR: ['part of the path is a file, not a folder', 'choose another path, or move the file away'],
  EEXIST: ['it is a file, not a folder', 'give the path of a folder, or move the file away'],
  ENOTEMPTY: ['the folder is not empty', 'choose another one'],
  ENOSPC: ['the disk is full', 'free some space'],
  EDQUOT: ['the disk quota is used up', 'free some space'],
  EMFILE: ['too many files are open', 'raise the limit on open files: ulimit -n'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter path'],
  ELOOP: ['its symbolic links form a loop', 'correct the links'],
  ERR_INVALID_ARG_VALUE: ['it contains a character that paths cannot have', 'correct the path'],
};

/** Explains why a file or folder cannot be used; undefined if the error is about something else. */
export function pathFailure(error: unknown): LockstepError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const [what, hint] = reasons[error.code] ?? [];
  if (what === undefined || hint === undefined) return undefined;
  if (error.code !== 'ERR_INVALID_ARG_VALUE' && !('syscall' in error)) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'the path';
  return new LockstepError('path_unusable', `Cannot use ${path}: ${what}`, { hint, cause: error });
}

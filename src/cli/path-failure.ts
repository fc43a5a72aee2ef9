import { LockstepError } from '../kernel/error.js';

const reasons: Readonly<Record<string, [what: string, hint: string]>> = {
  ENOENT: ['there is no such file or folder', 'correct the path, or make the folder'],
  EACCES: ['this user may not read or write it', 'change its permissions, or name another path'],
  EPERM: ['this user may not change it', 'change its permissions, or name another path'],
  EROFS: ['its file system is read-only', 'name a path that can be written'],
  EISDIR: ['it is a folder, and a file is needed', 'name a file'],
  ENOTDIR: ['a part of the path is a file, and a folder is needed', 'name a folder, or move the file away'],
  EEXIST: ['it is a file, and a folder is needed', 'name a folder, or move the file away'],
  ENOTEMPTY: ['the folder is not empty', 'name another one'],
  ENOSPC: ['the disk is full', 'free some space'],
  EDQUOT: ['the disk quota is used up', 'free some space'],
  EMFILE: ['too many files are open', 'raise the limit of open files: ulimit -n'],
  ENAMETOOLONG: ['the name is too long', 'name a shorter path'],
  ELOOP: ['it is a chain of links without an end', 'correct the links'],
  ERR_INVALID_ARG_VALUE: ['it holds a character that no path may have', 'correct the path'],
};

/** A file or folder that somebody named and that cannot be used; undefined: the error is about something else. */
export function pathFailure(error: unknown): LockstepError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const [what, hint] = reasons[error.code] ?? [];
  if (what === undefined || hint === undefined) return undefined;
  if (error.code !== 'ERR_INVALID_ARG_VALUE' && !('syscall' in error)) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'the path';
  return new LockstepError('path_unusable', `${path} cannot be used: ${what}`, { hint, cause: error });
}

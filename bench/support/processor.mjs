// @ts-check
// Processor time of other processes, as Linux tells it.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // USER_HZ, on every Linux that Node runs on

/**
 * Microseconds of processor time of a process so far, with those of its children that have ended.
 * @param {number} pid
 */
export function usedBy(pid) {
  const [, fields] = statOf(pid) ?? [0, []];
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
  return (ticks * 1e6) / TICKS_PER_SECOND;
}

/**
 * The same of a PostgreSQL on this machine with all of its backends; undefined where it runs elsewhere.
 * @param {number} backend the process id of any of its backends
 */
export function usedByPostgres(backend) {
  const [postmaster] = statOf(backend) ?? [undefined];
  if (postmaster === undefined) return undefined;
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const backends = all.map(Number).filter((pid) => statOf(pid)?.[0] === postmaster);
  return [postmaster, ...backends].reduce((sum, pid) => sum + usedBy(pid), 0);
}

/**
 * The parent's process id, and the fields of /proc/<pid>/stat from `state` on.
 * @param {number} pid
 * @returns {[number, string[]] | undefined}
 */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [Number(fields[1]), fields];
  } catch {
    return undefined;
  }
}

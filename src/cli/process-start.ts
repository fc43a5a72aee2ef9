import { readFileSync } from 'node:fs';

/** Clock ticks from the boot to the start of the process: the twenty-second field, counted from behind the name in brackets. */
const START_FIELD = 22 - 3;

/**
 * When a process began, with the boot it began in: no other process of the same id has the same. undefined: there is no such process,
 * or the system does not say (Linux alone does, in `/proc`).
 */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_FIELD];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return ticks === undefined ? undefined : `${boot} ${ticks}`;
  } catch {
    return undefined;
  }
}

import { readFileSync } from 'node:fs';

/** Clock ticks from the boot to the start of the process. It is field 22; fields are counted from after the name. */
const START_FIELD = 22 - 3;

/**
 * When a process began, and in which boot. No other process with the same id has the same text. Undefined if the
 * process does not exist, or the system does not say: only Linux does, in `/proc`.
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

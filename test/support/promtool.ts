import { spawnSync } from 'node:child_process';

/** Whether this machine has Prometheus's tool for rules. `tools/prepare/system.mjs` installs it on Debian. */
export function hasPromtool(): boolean {
  return spawnSync('promtool', ['--version']).status === 0;
}

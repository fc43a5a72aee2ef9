import type { VerifyPeers, Column } from './main.js';
import type { Machine } from './machine.js';
import type { Scenario } from './scenarios.js';

export interface Evidence extends Pick<VerifyPeers, 'seeds' | 'seed' | 'command'> {
  columns: readonly Column[];
  scenarios: readonly Scenario[];
  machine: Machine;
}

export function evidence(_: Evidence): string {
  return '';
}

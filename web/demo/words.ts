import type { DemoState, DemoRow } from '../../src/demo/side-by-side/state.js';

/** The result of the last sweep: "found 1 difference, repaired". */
export function sweepText(sweep: DemoState['sweep'], clock: (iso: string) => string): string {
  if (sweep.running) return 'sweeping …';
  if (sweep.lastAt === null) return `no sweep yet, one every ${duration(sweep.everySeconds)}`;
  return `${clock(sweep.lastAt)}: ${foundText(sweep.found, sweep.repaired)}`;
}

function foundText(found: number, repaired: number): string {
  if (found === 0) return 'found no difference';
  const differences = `found ${found} ${found === 1 ? 'difference' : 'differences'}`;
  return repaired === found ? `${differences}, repaired` : `${differences}, ${repaired} repaired`;
}

/** `30 s`, `5 min`, `6 h` */
export function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** Says whether one object is in step, and if not, how it differs. */
export function rowText(row: DemoRow): { inStep: boolean; text: string } {
  if (row.stripe === null && row.database === null) return { inStep: true, text: 'deleted on both sides' };
  if (row.stripe === null) return { inStep: false, text: 'deleted in Stripe, still in the database' };
  if (row.database === null) return { inStep: false, text: 'not in the database yet' };
  if (row.differs.length > 0) return { inStep: false, text: `differs in ${row.differs.join(', ')}` };
  if (row.provenAt === null) return { inStep: false, text: 'equal, not proven yet' };
  return { inStep: true, text: row.lastMs === null ? 'in step' : `in step after ${row.lastMs} ms` };
}

/** The rows by type, in the order the types first appear. */
export function grouped(rows: readonly DemoRow[]): readonly (readonly [type: string, rows: readonly DemoRow[]])[] {
  const groups = new Map<string, DemoRow[]>();
  for (const row of rows) {
    const group = groups.get(row.type);
    if (group) group.push(row);
    else groups.set(row.type, [row]);
  }
  return [...groups];
}

/** `subscription_item` → `Subscription items` */
export function plural(type: string): string {
  const words = type.replaceAll(/[_.]/g, ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}s`;
}

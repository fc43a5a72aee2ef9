import type { Unit } from '../state/unit.js';

/** What happens to a row by itself, as time goes by. */
export interface Life<Row> {
  /** The test clock it lives in. */
  clock(row: Row): string | null;
  /** When the next thing happens, in epoch seconds; null when nothing will. */
  due(row: Row, unit: Unit): number | null;
  /** Lets it happen; `unit.now` is the moment. Afterwards `due` must be later, or null. */
  act(unit: Unit, row: Row): void;
}

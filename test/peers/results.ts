import { faults, type Fault } from './compare.js';
import type { Outcome } from './contest.js';

/** A cell of the table: one scenario on one engine, over all seeds. */
export interface Cell {
  objects: number;
  wrong: number;
  byFault: Readonly<Record<Fault, number>>;
  byKind: Readonly<Record<string, number>>;
  /** Events refused three times. */
  refused: number;
  word: Outcome['word'];
  /** One wrong row, one refusal, and what the word stands for, in the engine's or the comparer's words. */
  examples: readonly string[];
}

export function cellOf(outcomes: readonly Outcome[]): Cell {
  const wrong = outcomes.flatMap((outcome) => outcome.wrong);
  const refused = outcomes.flatMap((outcome) => outcome.refused);
  const worded = outcomes.find(({ word }) => word !== null);
  const [first] = wrong;
  const [refusal] = refused;
  return {
    objects: outcomes.reduce((sum, { objects }) => sum + objects, 0),
    wrong: wrong.length,
    byFault: Object.fromEntries(
      faults.map((fault) => [fault, wrong.filter((one) => one.fault === fault).length]),
    ) as Record<Fault, number>,
    byKind: Object.fromEntries(
      [...new Set(wrong.map(({ kind }) => kind))].map((kind) => [
        kind,
        wrong.filter((one) => one.kind === kind).length,
      ]),
    ),
    refused: refused.length,
    word: worded?.word ?? null,
    examples: [
      ...(first === undefined ? [] : [`${first.id}: ${first.fault}, ${first.detail}`]),
      ...(refusal === undefined ? [] : [`${refusal.type} refused: ${refusal.answer}`]),
      ...(worded === undefined ? [] : [`${worded.word}: ${worded.reason.split('\n')[0] ?? ''}`]),
    ],
  };
}

/** What a cell says in the table: rows wrong of all, or the word. */
export function said({ word, wrong, objects }: Cell): string {
  return word ?? (wrong === 0 ? '0' : `${wrong} of ${objects}`);
}

/** `stale 3, extra 1`. */
export function faultsSaid({ byFault }: Cell): string {
  return faults
    .filter((fault) => byFault[fault] > 0)
    .map((fault) => `${fault} ${byFault[fault]}`)
    .join(', ');
}

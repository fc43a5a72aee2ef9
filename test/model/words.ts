import type { CounterExample, Exploration } from './explore.js';

/** A counter-example as a numbered story. */
export function tell({ invariant, detail, history }: CounterExample): string {
  const steps = history.map((step, index) => `    ${String(index + 1).padStart(2)}. ${step}`);
  return [...steps, `    then it is broken that ${invariant}: ${detail}`].join('\n');
}

export const size = ({ states, resting }: Exploration): string =>
  `${states.toLocaleString('en')} states, ${resting.toLocaleString('en')} at rest`;

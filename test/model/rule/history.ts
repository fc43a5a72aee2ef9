/**
 * What the source goes through: its states in order, each the values of two fields, or `gone`. State 0 is before it
 * was made, and change i leads to state i.
 */
export interface History {
  readonly name: string;
  readonly states: readonly string[];
  /** Whether every change also changes the owned children, which a read fetches in a second request. */
  readonly children: boolean;
}

export const ABSENT = '-';
export const GONE = 'gone';

const history = (name: string, ...states: string[]): History => ({
  name,
  states: [ABSENT, ...states],
  children: false,
});

/** Chosen for what fools comparisons: a value that comes back, fields that change apart, an end. */
export const histories = {
  comesBack: history('a value that comes back', '00', '10', '00'),
  fieldsApart: history('fields that change apart', '00', '10', '11', '01'),
  comesBackTwice: history('a value that comes back twice', '00', '10', '00', '10'),
  changedThenGone: history('a change, then the end', '00', '10', GONE),
  backThenGone: history('a value that comes back, then the end', '00', '10', '00', GONE),
  madeThenGone: history('made and at once gone', '00', GONE),
  withChildren: { name: 'children that change with their parent', states: [ABSENT, '00', '10', '11'], children: true },
} satisfies Record<string, History>;

export const lastState = (history: History): number => history.states.length - 1;

export const isGone = (history: History, state: number): boolean => history.states[state] === GONE;

/** What a reader can tell about a state of the source: two states with equal values cannot be told apart. */
export function valueOf(history: History, state: number, children: number): string {
  const value = history.states[state] ?? ABSENT;
  return history.children && value !== GONE && value !== ABSENT ? `${value} with children ${children}` : value;
}

/** Whether `previous_attributes` of the change to `state` match the values of the state `shown`. */
export function followsFrom(history: History, shown: number, state: number): boolean {
  if (state === 1) return false;
  const before = history.states[state - 1] ?? '';
  const after = history.states[state] ?? '';
  const now = history.states[shown] ?? '';
  return [...before].every((value, field) => value === after[field] || now[field] === value);
}

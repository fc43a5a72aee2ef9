/** One way the world can move on. Steps are a table, so that the whole model can be read as a list. */
export interface Step<World> {
  /** The ways to take this step now; none when it cannot happen. */
  choices(world: World): readonly number[];
  /** Changes the world, which is a copy made for this step. */
  take(world: World, choice: number): void;
  /** The step in words, for a counter-example. */
  say(world: World, choice: number): string;
}

/** A claim about every world that can be reached. */
export interface Invariant<World> {
  readonly name: string;
  /** What is wrong with this world; undefined when nothing is. */
  broken(world: World): string | undefined;
}

export interface Model<World> {
  readonly initial: World;
  readonly steps: readonly Step<World>[];
  readonly invariants: readonly Invariant<World>[];
  copy(world: World): World;
  /** Equal for worlds that differ in nothing that matters; may tidy the world it is given. */
  pack(world: World): string;
  unpack(packed: string): World;
  /** Nothing is under way any more. A world that can neither move nor rests is stuck, which breaks the model. */
  atRest(world: World): boolean;
}

export interface CounterExample {
  readonly invariant: string;
  readonly detail: string;
  /** The shortest way there, in words. */
  readonly history: readonly string[];
}

export interface Exploration {
  readonly states: number;
  /** How many of them were at rest: a model that never rests has shown nothing about where it ends. */
  readonly resting: number;
  /** False when `maxStates` ended the search. */
  readonly complete: boolean;
  readonly counterExample: CounterExample | undefined;
}

/** Visits every reachable world, nearest first, up to the first that breaks an invariant. */
export function explore<World>(model: Model<World>, { maxStates = 5_000_000 } = {}): Exploration {
  const found: string[] = [];
  const parents: number[] = [];
  const known = new Set<string>();
  let resting = 0;
  const add = (world: World, parent: number): CounterExample | undefined => {
    const packed = model.pack(world);
    if (known.has(packed)) return undefined;
    known.add(packed);
    found.push(packed);
    parents.push(parent);
    if (model.atRest(world)) resting++;
    const broken = breach(model, world);
    return broken && { ...broken, history: retrace(model, found, parents, found.length - 1) };
  };
  const result = (complete: boolean, counterExample?: CounterExample): Exploration => ({
    ...{ states: found.length, resting, complete },
    counterExample,
  });

  let counterExample = add(model.copy(model.initial), -1);
  for (let index = 0; index < found.length; index++) {
    if (counterExample) return result(false, counterExample);
    if (found.length > maxStates) return result(false);
    const world = model.unpack(packedAt(found, index));
    let moved = false;
    for (const step of model.steps) {
      for (const choice of step.choices(world)) {
        moved = true;
        const next = model.copy(world);
        step.take(next, choice);
        counterExample ??= add(next, index);
      }
    }
    if (!moved && !model.atRest(world)) {
      const stuck = { invariant: 'nothing stays undone', detail: 'no step is possible, and work is left' };
      counterExample ??= { ...stuck, history: retrace(model, found, parents, index) };
    }
  }
  return result(counterExample === undefined, counterExample);
}

function breach<World>(model: Model<World>, world: World): Omit<CounterExample, 'history'> | undefined {
  for (const invariant of model.invariants) {
    const detail = invariant.broken(world);
    if (detail !== undefined) return { invariant: invariant.name, detail };
  }
  return undefined;
}

/** Finds again, world by world, the step that led to the next one: keeping every step's words would cost the memory. */
function retrace<World>(model: Model<World>, found: string[], parents: number[], last: number): string[] {
  const words: string[] = [];
  for (let index = last; index > 0; index = parents[index] ?? 0) {
    const world = model.unpack(packedAt(found, parents[index] ?? 0));
    words.push(stepBetween(model, world, packedAt(found, index)));
  }
  return words.reverse();
}

function stepBetween<World>(model: Model<World>, world: World, target: string): string {
  for (const step of model.steps) {
    for (const choice of step.choices(world)) {
      const next = model.copy(world);
      step.take(next, choice);
      if (model.pack(next) === target) return step.say(world, choice);
    }
  }
  throw new Error('a world was reached by no step: a step depends on more than the world');
}

function packedAt(found: string[], index: number): string {
  const packed = found[index];
  if (packed === undefined) throw new Error(`no world ${index}`);
  return packed;
}

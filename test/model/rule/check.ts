import { explore, type Exploration } from '../explore.js';
import { lastState } from './history.js';
import { atRest, invariantsOf } from './invariants.js';
import { packWorld, unpackWorld } from './pack.js';
import type { Scenario } from './scenario.js';
import { stepsOf } from './steps.js';
import { copyWorld, firstWorld } from './world.js';

/** Visits every world that the scenario can lead to. */
export function check(scenario: Scenario, options: { maxStates?: number } = {}): Exploration {
  const model = {
    initial: firstWorld(lastState(scenario.history), scenario.budget),
    steps: stepsOf(scenario),
    invariants: invariantsOf(scenario),
    copy: copyWorld,
    pack: packWorld,
    unpack: unpackWorld,
    atRest: atRest(scenario),
  };
  return explore(model, options);
}

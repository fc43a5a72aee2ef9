import { describe, expect, test } from 'vitest';
import { checkConsequences, sound, unsound } from './consequences/check.js';
import { checkErasure, soundErasure, unsoundErasure } from './erasure/check.js';
import { checkMovedChild } from './moved-child/check.js';
import { brokenRules } from './rule/broken.js';
import { check } from './rule/check.js';
import { shortCheck } from './rule/circumstances.js';
import { copyWorld, firstWorld } from './rule/world.js';
import { packWorld, unpackWorld } from './rule/pack.js';
import { checkWay } from './usual-ways/check.js';
import { circumstances, ways, type Circumstance } from './usual-ways/ways.js';
import { tell } from './words.js';

const named = <Item extends { readonly name: string }>(items: readonly Item[]) =>
  items.map((item) => [item.name, item] as const);

describe('our rule holds in every interleaving of', () => {
  test.each(named(shortCheck()))('%s', (_, { scenario }) => {
    const { counterExample, complete, resting } = check(scenario);
    expect(counterExample && tell(counterExample)).toBeUndefined();
    expect({ complete, rests: resting > 0 }).toEqual({ complete: true, rests: true });
  });
});

describe('a rule that leaves one clause out is found broken:', () => {
  test.each(named(brokenRules))('%s', (_, { scenario, breaks }) => {
    const { counterExample } = check(scenario);
    expect(counterExample?.invariant).toBe(breaks);
    expect(counterExample?.history).not.toEqual([]);
  });
});

describe('the usual ways end wrong exactly where the table says:', () => {
  test.each(named(ways))('%s', (_, way) => {
    const names = Object.keys(circumstances) as Circumstance[];
    const wrong = names.filter((name) => checkWay(way, circumstances[name]).counterExample !== undefined);
    expect(wrong).toEqual(way.wrongIn);
  });
});

test('a child row keyed by its own id alone may end under the wrong parent', () => {
  expect(checkMovedChild('child', 1).counterExample?.invariant).toBe('at rest, the child is where Stripe has it');
});

test('a child row keyed by parent and child ends where Stripe has it', () => {
  const { counterExample, complete, resting } = checkMovedChild('parent and child', 2);
  expect(counterExample && tell(counterExample)).toBeUndefined();
  expect({ complete, rests: resting > 0 }).toEqual({ complete: true, rests: true });
});

test.each(named(sound))('consequences: %s', (_, rule) => {
  const { counterExample, complete, resting } = checkConsequences(rule);
  expect(counterExample && tell(counterExample)).toBeUndefined();
  expect({ complete, rests: resting > 0 }).toEqual({ complete: true, rests: true });
});

test.each(named(unsound))('consequences are missed or endless where %s', (_, rule) => {
  expect(checkConsequences(rule).counterExample?.invariant).toBe(rule.breaks);
});

test.each(named(soundErasure))('erasure: %s', (_, rule) => {
  const { counterExample, complete, resting } = checkErasure(rule);
  expect(counterExample && tell(counterExample)).toBeUndefined();
  expect({ complete, rests: resting > 0 }).toEqual({ complete: true, rests: true });
});

test.each(named(unsoundErasure))('something of an erased customer is left where %s', (_, rule) => {
  expect(checkErasure(rule).counterExample?.invariant).toBe('at rest, nothing of what was erased is left');
});

test('a world is the same after it was packed and unpacked', () => {
  const world = copyWorld(firstWorld(3, { duplicates: 1, losses: 2, expiries: 3, crashes: 4, listings: 5, pages: 6 }));
  world.source = 2;
  world.mark = 1;
  world.workers[1].at = 1;
  world.workers[1].generation = 1;
  world.events[2] = 1;
  world.created[2] = 1;
  const swapped = unpackWorld(packWorld(copyWorld(world)));
  expect(unpackWorld(packWorld(copyWorld(swapped)))).toEqual(swapped);
  expect({ ...swapped, workers: swapped.workers.toReversed() }).toEqual({ ...world, workers: [...world.workers] });
});

import { checkConsequences, sound, unsound } from './consequences/check.js';
import type { Exploration } from './explore.js';
import { checkErasure, soundErasure, unsoundErasure } from './erasure/check.js';
import { checkMovedChild } from './moved-child/check.js';
import { brokenRules } from './rule/broken.js';
import { check } from './rule/check.js';
import { longCheck, shortCheck } from './rule/circumstances.js';
import { checkWay } from './usual-ways/check.js';
import { circumstances, ways, type Circumstance } from './usual-ways/ways.js';
import { size, tell } from './words.js';

/**
 * The model check of the convergence rule: one object, every interleaving of changes at Stripe, events, proofs,
 * listings, crashes and losses within small budgets. Our rule must hold in all of them; each rule that leaves a clause
 * out must be found broken, and the way there is printed. Returns whether all of that was so.
 */
export function verifyModel({ long, print }: { long: boolean; print: (line: string) => void }): boolean {
  const began = Date.now();
  let states = 0;
  let surprises = 0;
  const judge = (name: string, result: Exploration, breaks: boolean) => {
    states += result.states;
    const found = result.counterExample;
    const asExpected = breaks ? found !== undefined : found === undefined && result.complete && result.resting > 0;
    if (!asExpected) surprises++;
    const verdict = found ? 'broken' : result.complete ? 'holds' : 'unfinished';
    print(`${asExpected ? '  ' : '! '}${verdict.padEnd(7)} ${name} (${size(result)})`);
    if (found) print(tell(found));
  };
  const maxStates = long ? 12_000_000 : 5_000_000;

  print('Our rule must hold:');
  for (const { name, scenario } of long ? longCheck() : shortCheck())
    judge(name, check(scenario, { maxStates }), false);
  judge('a child keyed by parent and child moves twice', checkMovedChild('parent and child', 2), false);

  for (const rule of sound) judge(rule.name, checkConsequences(rule), false);
  for (const rule of soundErasure) judge(rule.name, checkErasure(rule), false);

  print('\nWithout one of its clauses it must break:');
  for (const { name, scenario } of brokenRules) judge(name, check(scenario), true);
  judge('a child keyed by its own id moves once', checkMovedChild('child', 1), true);
  for (const rule of unsound) judge(rule.name, checkConsequences(rule), true);
  for (const rule of unsoundErasure) judge(rule.name, checkErasure(rule), true);

  print('\nThe usual ways:');
  for (const way of ways) {
    for (const name of Object.keys(circumstances) as Circumstance[]) {
      judge(`${way.name}; ${name}`, checkWay(way, circumstances[name]), way.wrongIn.includes(name));
    }
  }

  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const end = surprises === 0 ? 'everything as expected' : `${surprises} not as expected (marked !)`;
  print(`\n${states.toLocaleString('en')} states in ${seconds} s: ${end}`);
  return surprises === 0;
}

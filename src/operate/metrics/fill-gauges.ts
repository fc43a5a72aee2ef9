import { isReadable, objects } from '../../catalog/catalog.js';
import { sourceLabel } from '../../engine/counters.js';
import type { LightState } from '../../engine/light.js';
import { earliestProof, sourceStatus } from '../../engine/status.js';
import type { Source } from '../../kernel/source.js';
import { planOf } from '../../listing/plan.js';
import type { MirrorFacts } from '../mirror-facts.js';
import type { Gauges } from './gauges.js';

const STATES = ['in_step', 'behind', 'not_proven', 'degraded'] as const satisfies LightState[];
/** What can be marked: what a read or a listing proves. */
const MARKED = objects
  .filter((one) => one.table !== null && (isReadable(one) || planOf(one.object) !== undefined))
  .map(({ object }) => object);

/** Sets the gauges of the mirror. Connected accounts count for the account whose key reads them. */
export function fillGauges(gauges: Gauges, facts: MirrorFacts): void {
  const { at, light, hooks, holds, processes } = facts;
  gauges.factsAt.set(at.getTime() / 1_000);
  for (const state of STATES) gauges.state.set({ state }, Number(light.state === state));
  gauges.paused.set({ by: 'lockstep' }, Number(light.reasons.some(({ code }) => code === 'proving_paused')));
  gauges.paused.set({ by: 'operator' }, Number(holds.length > 0));
  gauges.processes.set(processes.length);
  gauges.workers.set(processes.filter(({ proves }) => proves).length);
  gauges.hooksWaiting.set(hooks.waiting.value);
  gauges.hooksDead.set(hooks.dead.value);
  // An account that is gone, or a type that nothing of waits any more, must not keep its last value.
  for (const gauge of [gauges.unproven, gauges.dead, gauges.sweptAt]) gauge.reset();
  for (const platform of facts.sources.filter(({ account, platform: reader }) => account === reader)) {
    fillSource(gauges, facts, platform);
  }
}

/** One account, and those connected to it. */
function fillSource(gauges: Gauges, facts: MirrorFacts, platform: Source): void {
  const { at } = facts;
  const source = sourceLabel(platform);
  const isOf = (one: Source): boolean =>
    facts.sources.some(
      (each) =>
        each.account === one.account &&
        each.livemode === one.livemode &&
        each.platform === platform.account &&
        each.livemode === platform.livemode,
    );
  fillMarks(gauges, facts, { source, isOf });
  const bound = facts.bound.filter(isOf).map(sourceStatus);
  gauges.webhookAt.set({ source }, latest(bound.map(({ acceptedAt }) => acceptedAt)));
  gauges.pollAt.set({ source }, earliest(bound.map(({ polledAt }) => polledAt)));
  gauges.reachable.set({ source }, Number(bound.every(({ stripe }) => stripe?.reachable !== false)));
  const cursor = earliest(facts.cursors.filter(isOf).map(({ position }) => position));
  gauges.window.set({ source }, cursor === 0 ? 0 : Math.max(0, at.getTime() / 1_000 - cursor));
  const budgets = facts.processes.flatMap(({ budgets: all }) => all).filter(isOf);
  const allowed = budgets.reduce((sum, { rateTotal }) => sum + rateTotal, 0);
  const asked = budgets.reduce((sum, { perS }) => sum + perS, 0);
  gauges.budget.set({ source }, allowed === 0 ? 0 : asked / allowed);
  const types = facts.types.filter(isOf);
  gauges.verifiedAt.set({ source }, secondsOf(earliestProof(types)));
  for (const type of new Set(types.map((one) => one.type))) {
    const swept = types.filter((one) => one.type === type).map(({ sweptAt }) => sweptAt);
    gauges.sweptAt.set({ source, type }, earliest(swept));
  }
}

function fillMarks(
  gauges: Gauges,
  facts: MirrorFacts,
  { source, isOf }: { source: string; isOf: (one: Source) => boolean },
): void {
  const marks = facts.marks.types.filter(isOf);
  for (const type of MARKED) {
    gauges.unproven.set({ source, type }, 0);
    gauges.dead.set({ source, type }, 0);
  }
  for (const { type, unproven, dead } of marks) {
    gauges.unproven.inc({ source, type }, unproven.value);
    gauges.dead.inc({ source, type }, dead);
  }
  const waiting = marks.flatMap(({ oldestAt }) => (oldestAt === null ? [] : [oldestAt]));
  gauges.oldest.set({ source }, earliest(waiting));
}

const secondsOf = (at: Date | null): number => (at === null ? 0 : at.getTime() / 1_000);

/** 0: one of them never happened. */
function earliest(moments: readonly (Date | null)[]): number {
  return moments.length === 0 ? 0 : Math.min(...moments.map(secondsOf));
}

/** 0: none of them happened. */
function latest(moments: readonly (Date | null)[]): number {
  return Math.max(0, ...moments.map(secondsOf));
}

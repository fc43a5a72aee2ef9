import { expect, test } from 'vitest';
import type { Clock } from '../kernel/clock.js';
import { createBudget } from './budget.js';
import type { Turns } from './turns.js';

/** A clock on which sleeping takes no time: it notes how long was asked for. */
function stepping(): Clock & { slept: number[] } {
  const slept: number[] = [];
  return { slept, now: () => new Date(1_000_000), sleep: async (ms) => void slept.push(Math.round(ms)) };
}

test("a second's worth goes at once, and then one request each 1/rate seconds", async () => {
  const clock = stepping();
  const budget = createBudget({ perEndpoint: 10, total: 1_000 }, clock);
  for (let n = 0; n < 13; n += 1) await budget.take('GET /v1/customers/{id}');
  expect(clock.slept).toEqual([100, 200, 300]);
});

test('endpoints have rates of their own, and all together the rate of the account', async () => {
  const clock = stepping();
  const budget = createBudget({ perEndpoint: 10, total: 15 }, clock);
  for (let n = 0; n < 10; n += 1) await budget.take('GET /v1/customers/{id}');
  for (let n = 0; n < 5; n += 1) await budget.take('GET /v1/products/{id}');
  expect(clock.slept).toEqual([]);
  await budget.take('GET /v1/prices/{id}');
  expect(clock.slept).toEqual([67]);
});

test('after a 429 nothing more goes to that endpoint for a while, and others are not held up', async () => {
  const clock = stepping();
  const budget = createBudget({ perEndpoint: 10, total: 1_000 }, clock);
  budget.hold('GET /v1/customers/{id}', 500);
  await budget.take('GET /v1/products/{id}');
  expect(clock.slept).toEqual([]);
  await budget.take('GET /v1/customers/{id}');
  expect(clock.slept).toEqual([600]);
});

test('a clock that is set back by a day holds nothing up', async () => {
  const clock = stepping();
  let offsetMs = 86_400_000;
  const budget = createBudget(
    { perEndpoint: 10, total: 10 },
    { ...clock, now: () => new Date(clock.now().getTime() + offsetMs) },
  );
  for (let n = 0; n < 5; n += 1) await budget.take('GET /v1/customers/{id}');
  offsetMs = 0;
  await budget.take('GET /v1/customers/{id}');
  expect(clock.slept).toEqual([]);
});

test('how long a request would wait is told without taking a place', async () => {
  const budget = createBudget({ perEndpoint: 10, total: 1_000 }, stepping());
  const wait = () => Math.round(budget.waitMs('GET /v1/customers/{id}'));
  expect(wait()).toBe(0);
  for (let n = 0; n < 12; n += 1) await budget.take('GET /v1/customers/{id}');
  expect([wait(), wait()]).toEqual([300, 300]);
  budget.hold('GET /v1/customers/{id}', 500);
  expect([wait(), Math.round(budget.waitMs('GET /v1/products/{id}'))]).toEqual([800, 0]);
});

test('a rate below one a second lets one request go at once, and the next when its time has passed', async () => {
  const clock = stepping();
  let later = 0;
  const budget = createBudget(
    { perEndpoint: 0.1, total: 1_000 },
    { ...clock, now: () => new Date(clock.now().getTime() + later) },
  );
  const wait = () => Math.round(budget.waitMs('GET /v1/customers/{id}'));
  await budget.take('GET /v1/customers/{id}');
  expect([clock.slept, wait()]).toEqual([[], 10_000]);
  later = 9_900;
  expect(wait()).toBe(100);
  later = 10_000;
  expect(wait()).toBe(0);
  await budget.take('GET /v1/customers/{id}');
  expect([clock.slept, wait()]).toEqual([[], 10_000]);
});

/** Turns in memory, as the database keeps them. */
function sharedTurns(clock: Clock): Turns {
  const usedUp = new Map<string, number>();
  return {
    async move(moves) {
      const now = clock.now().getTime();
      return moves.map(({ endpoint, leastMs, addMs }) => {
        usedUp.set(endpoint, Math.max(usedUp.get(endpoint) ?? 0, now + leastMs) + addMs);
        return (usedUp.get(endpoint) ?? 0) - now;
      });
    },
  };
}

test('two processes together send what one may', async () => {
  const clock = stepping();
  const turns = sharedTurns(clock);
  const budget = () => createBudget({ perEndpoint: 10, total: 1_000 }, clock, turns);
  const [one, other] = [budget(), budget()];
  for (let n = 0; n < 13; n += 1) await (n % 2 === 0 ? one : other).take('GET /v1/customers/{id}');
  expect(clock.slept).toEqual([100, 200, 300]);
  expect(Math.round(other.waitMs('GET /v1/customers/{id}'))).toBe(300); // as of its own last request, the twelfth
});

test('the rate of the account is shared, too, and requests that come together wait one after the other', async () => {
  const clock = stepping();
  const turns = sharedTurns(clock);
  const budget = () => createBudget({ perEndpoint: 10, total: 15 }, clock, turns);
  const [one, other] = [budget(), budget()];
  const nine = Array.from({ length: 9 });
  await Promise.all(nine.map(() => one.take('GET /v1/customers/{id}')));
  await Promise.all(nine.map(() => other.take('GET /v1/products/{id}')));
  expect(clock.slept).toEqual([67, 133, 200]);
});

test('a 429 that one process got holds the endpoint for the other', async () => {
  const clock = stepping();
  const turns = sharedTurns(clock);
  const budget = () => createBudget({ perEndpoint: 10, total: 1_000 }, clock, turns);
  const [one, other] = [budget(), budget()];
  one.hold('GET /v1/customers/{id}', 500);
  await other.take('GET /v1/customers/{id}');
  expect(clock.slept).toEqual([600]);
});

test('without its shared turns a process keeps its own rate', async () => {
  const clock = stepping();
  const turns: Turns = { move: () => Promise.reject(new Error('the database is away')) };
  const budget = createBudget({ perEndpoint: 10, total: 1_000 }, clock, turns);
  budget.hold('GET /v1/products/{id}', 500);
  for (let n = 0; n < 11; n += 1) await budget.take('GET /v1/customers/{id}');
  expect(clock.slept).toEqual([100]);
});

import { describe, expect, test } from 'vitest';
import { firstStep, nextStep, type PageSeen, type PageStart } from './plan.js';

const budget = { waitingMin: 3, coveredMin: 10, poorMax: 2 };
const singly = { read: 'singly' };
const page = (from: Partial<PageStart>, poor = 0) => ({
  read: 'page' as const,
  from: { to: undefined, after: undefined, ...from },
  poor,
});
const seen = (last: number | undefined, more: Partial<PageSeen> = {}): PageSeen => ({
  covered: 100,
  last: last === undefined ? undefined : { id: 'in_last', created: last },
  hasMore: true,
  ...more,
});

describe('the first step', () => {
  test('few marks are read one by one', () => {
    expect(firstStep([5, 9], budget)).toEqual(singly);
  });
  test('many marks are looked for where the youngest of their objects was made', () => {
    expect(firstStep([5, 9, 7], budget)).toEqual(page({ to: 9 }));
  });
  test('where it is not known when one was made, the list is read from its beginning', () => {
    expect(firstStep([5, undefined, 7], budget)).toEqual(page({}));
  });
});

describe('the next step', () => {
  const all = [100, 90, 80, 20, 10];

  test('is where the next object that waits was made: what lies between is passed over', () => {
    expect(nextStep(all, page({ to: 100 }), seen(70), budget)).toEqual(page({ to: 20 }));
  });
  test('is the following page while one second holds more than a page', () => {
    expect(nextStep(all, page({ to: 90 }), seen(80), budget)).toEqual(page({ to: 90, after: 'in_last' }));
  });
  test('is the following page while objects without a row keep the pages full', () => {
    expect(nextStep([100, undefined], page({}), seen(70), budget)).toEqual(page({ after: 'in_last' }));
  });
  test('is where a known object was made once they do not: one object without a row holds up no others', () => {
    const some = [40, undefined, 30];
    expect(nextStep(some, page({}), seen(70, { covered: 9 }), budget)).toEqual(page({ to: 40 }, 1));
    expect(nextStep([undefined], page({}), seen(70, { covered: 9 }), budget)).toEqual(singly);
  });
  test('is none when nothing is left that waits, and at the end of the list', () => {
    expect(nextStep(all, page({ to: 100 }), seen(9), budget)).toEqual(singly);
    expect(nextStep(all, page({ to: 100 }), seen(70, { hasMore: false }), budget)).toEqual(singly);
    expect(nextStep(all, page({ to: 100 }), seen(undefined), budget)).toEqual(singly);
  });
  test('is none after too many poor pages in a row', () => {
    const poor = seen(70, { covered: 9 });
    const second = nextStep(all, page({ to: 100 }), poor, budget);
    expect(second).toEqual(page({ to: 20 }, 1));
    expect(nextStep(all, page({ to: 20 }, 1), seen(15, { covered: 9 }), budget)).toEqual(singly);
    expect(nextStep(all, page({ to: 20 }, 1), seen(15, { covered: 10 }), budget)).toEqual(page({ to: 10 }));
  });
});

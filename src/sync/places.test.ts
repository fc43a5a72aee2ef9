import { describe, expect, test } from 'vitest';
import type { Lane } from '../inbox/marks.js';
import { places, type PlacesOptions } from './places.js';

const held = (count: number, lane: Lane, type = 'customer') => Array.from({ length: count }, () => ({ lane, type }));
const plan = (options: Partial<PlacesOptions> = {}) =>
  places({ concurrency: 12, underWay: [], waitMs: () => 0, types: [], turn: 0, ...options });

describe('the places of a worker', () => {
  test('are all free while nothing is under way, three quarters of them for each side', () => {
    expect(plan()).toEqual({
      limit: 12,
      ahead: { limit: 9, without: [] },
      backlog: { limit: 9, without: [] },
      againMs: Infinity,
    });
  });

  test.each([
    ['the backlog holds nine: three are left for what goes ahead', held(9, 'backlog'), 3, 0],
    [
      'urgent and fresh hold nine together: three are left for the backlog',
      [...held(4, 'urgent'), ...held(5, 'fresh')],
      0,
      3,
    ],
    ['each holds some: who comes first takes what is left', [...held(5, 'fresh'), ...held(4, 'backlog')], 3, 3],
    ['all are taken', [...held(9, 'fresh'), ...held(3, 'backlog')], 0, 0],
    ['of more than there are, since another number is configured now', held(20, 'backlog'), 0, 0],
  ] as const)('%s', (_, underWay, ahead, backlog) => {
    const planned = plan({ underWay });
    expect([planned.ahead.limit, planned.backlog.limit]).toEqual([ahead, backlog]);
    expect(planned.limit).toBe(Math.max(0, 12 - underWay.length));
  });

  test.each([2, 3, 4, 7, 256])('of %i places at least one, and a quarter, is left to the other side', (concurrency) => {
    const { ahead, backlog } = plan({ concurrency });
    const left = concurrency - ahead.limit;
    expect(left).toBeGreaterThanOrEqual(Math.max(1, Math.floor(concurrency / 4)));
    expect(backlog.limit).toBe(ahead.limit);
  });

  test("a single place is the backlog's at every fourth claim", () => {
    const turns = Array.from({ length: 8 }, (_, turn) => plan({ concurrency: 1, turn }).ahead.limit);
    expect(turns).toEqual([1, 1, 1, 0, 1, 1, 1, 0]);
  });

  test('a type whose endpoint is short is left out: of the backlog early, of what goes ahead late', () => {
    const waits: Record<string, number> = { customer: 0, invoice: 300, charge: 4_000 };
    const planned = plan({ types: Object.keys(waits), waitMs: (type) => waits[type] ?? 0 });
    expect(planned.backlog.without).toEqual(['invoice', 'charge']);
    expect(planned.ahead.without).toEqual(['charge']);
    expect(planned.againMs).toBe(100);
  });

  test('a type that holds three quarters of the places gets no more, in whatever lanes', () => {
    const underWay = [...held(5, 'fresh', 'invoice'), ...held(4, 'backlog', 'invoice'), ...held(1, 'fresh')];
    const planned = plan({ underWay });
    expect(planned.ahead.without).toEqual(['invoice']);
    expect(planned.backlog.without).toEqual(['invoice']);
  });
});

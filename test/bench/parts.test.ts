import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kinds, objectOf, SECRET, type Templates } from '../../bench/load/events.mjs';
import { objectsOf, requestsOf } from '../../bench/load/requests.mjs';
import { withBlock } from '../../bench/support/page.mjs';
import { barPlot, rangePlot } from '../../bench/support/plot.mjs';
import { medianOf, percentile } from '../../bench/support/samples.mjs';
import { optionsOf } from '../../bench/webhooks/options.mjs';
import { medianRun, ratiosOf } from '../../bench/webhooks/report.mjs';
import { parts } from '../../bench/webhooks/workloads.mjs';
import type { Run } from '../../bench/webhooks/arena.mjs';

const templates: Templates = {
  customer: { id: 'cus_1', object: 'customer', metadata: {} },
  subscription: {
    id: 'sub_1',
    object: 'subscription',
    metadata: {},
    items: { object: 'list', data: [{ id: 'si_1', subscription: 'sub_1' }] },
  },
};
const events = { templates, kinds: ['customer', 'subscription'], run: 'r1x', version: '2026-10-28.endive' };
const to = { url: 'http://127.0.0.1:80/hook', count: 4 };
const bodyOf = (request: readonly Buffer[]): string => {
  const text = Buffer.concat([...request]).toString();
  return text.slice(text.indexOf('\r\n\r\n') + 4);
};

test('each event is about an object of its own, and the Stripe of the bench has the same one', () => {
  const objects = requestsOf(events, to).map((request) => {
    const { data } = JSON.parse(bodyOf(request)) as { data: { object: { id: string; object: string } } };
    return data.object;
  });
  expect(objects.map(({ id }) => id)).toEqual(['cus_r1x0', 'sub_r1x1', 'cus_r1x2', 'sub_r1x3']);
  for (const { id, object } of objects.slice(0, 2))
    expect(objectOf(objectsOf(events), object, id.split('_')[1] ?? '')).toEqual(objects.find((each) => each.id === id));
});

test('a larger body has about the size that was asked for, is signed as a whole, and is what Stripe answers', () => {
  for (const bytes of [5_000, 200_000])
    for (const request of requestsOf({ ...events, bytes }, to)) {
      const body = bodyOf(request);
      expect(Math.abs(Buffer.byteLength(body) - bytes)).toBeLessThan(100);
      const head = Buffer.concat([...request]).toString();
      const [, at, signature] = /Stripe-Signature: t=(\d+),v1=(\w+)/.exec(head) ?? [];
      expect(createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex')).toBe(signature);
      expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}\r\n`);
      const { data } = JSON.parse(body) as { data: { object: { id: string; object: string; metadata: object } } };
      const { id, object, metadata } = data.object;
      for (const value of Object.values(metadata) as string[]) expect(value.length).toBeLessThanOrEqual(500);
      expect(objectOf(objectsOf({ ...events, bytes }), object, id.split('_')[1] ?? '')).toEqual(data.object);
    }
});

test('there is an event for each of the five types', () => {
  expect(kinds).toEqual(['customer', 'product', 'price', 'subscription', 'invoice']);
});

test('a block replaces what stands between its markers, and nothing else', () => {
  const page = 'before\n<!-- a -->\nold\n<!-- /a -->\n<!-- b -->\nother\n<!-- /b -->\n';
  expect(withBlock(page, 'a', 'new')).toBe(page.replace('\nold\n', '\n\nnew\n\n'));
  expect(() => withBlock(page, 'c', 'new')).toThrow('put <!-- c --> and <!-- /c --> into it');
});

test('bars start at zero and are as high as their values', () => {
  const frame = { title: 'A < B', unit: 'events/s', series: ['one', 'two'] };
  const svg = barPlot(frame, [{ label: '8', bars: [{ value: 1_000, samples: [900, 1_000] }, { value: 250 }] }]);
  const heights = [...svg.matchAll(/<rect class="s\d" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g)]
    .map(([, y, height]) => ({ foot: Number(y) + Number(height), height: Number(height) }))
    .filter(({ height }) => height !== 11); // the legend
  expect(heights.map(({ foot }) => Math.round(foot))).toEqual([300, 300]);
  expect(heights[0]?.height).toBeCloseTo(4 * (heights[1]?.height ?? 0), 0);
  expect(svg.match(/<circle class="dot"/g)).toHaveLength(2);
  expect(svg).toContain('A &lt; B');
  expect(svg).toContain('@media (prefers-color-scheme:dark)');
});

test('ranges are drawn on a logarithmic scale', () => {
  const frame = { title: 'Latency', unit: 'ms', series: ['one', 'two'] };
  const ranges = [
    { low: 1, high: 10 },
    { low: 10, high: 100 },
  ];
  const svg = rangePlot(frame, [{ label: '10/s', ranges }]);
  const dots = [...svg.matchAll(/<circle class="s\d" cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(dots).toEqual([300, 192]); // one of two decades apart, of 216 units
});

test('medians and ratios are those of the runs', () => {
  expect(medianOf([5, 1, 3])).toBe(3);
  expect(percentile([1, 2, 3, 4], 0.99)).toBe(4);
  const runs = [100, 300, 200].map((rate): Run => ({
    rate,
    shown: 1,
    proven: undefined,
    p50: 1,
    p99: 2,
    server: 3,
    database: undefined,
    refused: {},
    seconds: 1,
  }));
  expect(medianRun(runs)).toMatchObject({ rate: 200, shown: 1, proven: undefined, database: undefined });
  expect(ratiosOf(runs, [...runs].reverse())).toEqual([0.5, 1, 2]);
});

test('the page has a place for every part of the whole run, once', () => {
  const page = readFileSync(new URL('../../docs/evidence/performance.md', import.meta.url), 'utf8');
  const names = [
    ...parts.map(({ name }) => `bench:webhooks ${name}`),
    ...['', 'cancellations '].flatMap((what) => ['postgres', 'pglite'].map((place) => `bench:latency ${what}${place}`)),
  ];
  for (const name of names) {
    expect(page.split(`<!-- ${name} -->`)).toHaveLength(2);
    expect(withBlock(page, name, 'new')).toContain(`<!-- ${name} -->\n\nnew\n\n<!-- /${name} -->`);
  }
});

test.each([
  [['--part', 'all'], '--part all: there are connections, floors, proven,'],
  [['--peer', 'supabase,other'], '--peer other: there are supabase, stripe, none'],
  [['--items', '5', '--write', 'page.md'], '--part and --write are about the whole run'],
  [['--pglite', '--items', '5'], '--items: the embedded database of a run is always an empty one'],
  [['--connections', '1.5'], '--connections 1.5: must be a whole number'],
  [['--bytes', 'many'], '--bytes many: must be a number of at least 1'],
])('%j are refused', (args, message) => {
  expect(() => optionsOf(args)).toThrow(message);
});

test('without options the whole run is played; with some, every combination of them', () => {
  expect(optionsOf([]).parts).toBe(parts);
  const [own] = optionsOf(['--types', '--connections', '1,8', '--items', '0,5']).parts;
  expect(own?.receivers).toEqual(['lockstep', 'supabase', 'stripe']);
  expect(own?.workloads).toHaveLength(5 * 2 * 2);
  expect(optionsOf(['--pglite']).parts[0]?.receivers).toEqual(['pglite']);
});

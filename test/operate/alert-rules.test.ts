import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createCounters } from '../../src/engine/counters.js';
import { systemClock } from '../../src/kernel/clock.js';
import { createGauges } from '../../src/operate/metrics/gauges.js';
import { hasPromtool } from '../support/promtool.js';

const run = promisify(execFile);
const RULES = 'deploy/prometheus/alerts.yml';
const rules = readFileSync(RULES, 'utf8');
const CASES = ['alerts.test.yml', 'slow-alerts.test.yml'];
const cases = CASES.map((file) => readFileSync(`deploy/prometheus/${file}`, 'utf8')).join('');
const runbook = readFileSync('docs/operations/alerts.md', 'utf8');
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name as string);
const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) => title as string);

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { expr: string }[];
}
const { panels } = JSON.parse(readFileSync('deploy/grafana/lockstep.json', 'utf8')) as { panels: Panel[] };
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Every metric with its labels. */
function knownMetrics(): Map<string, readonly string[]> {
  const counters = createCounters({ clock: systemClock, feed: 'webhook', types: [] });
  const registries = [counters.registry, createGauges().registry];
  const all = registries.flatMap((registry) => registry.getMetricsAsArray());
  return new Map(all.map((metric) => [metric.name, (metric as unknown as { labelNames: string[] }).labelNames]));
}

test.skipIf(!hasPromtool())('promtool accepts the rules, and each is raised by its incident and clears', async () => {
  await run('promtool', ['check', 'rules', RULES]);
  const { stdout } = await run('promtool', ['test', 'rules', ...CASES], { cwd: 'deploy/prometheus' });
  expect(stdout).toContain('SUCCESS');
});

test.each(alerts)('%s has a case in which it is raised and one in which it clears', (alert) => {
  const asked = cases.split('- eval_time:').filter((part) => part.includes(`alertname: ${alert}\n`));
  expect(asked.map((part) => part.includes('exp_alerts: []'))).toEqual([false, true]);
});

test.each(alerts)('%s is in the runbook, in the section that it links to', (alert) => {
  const rule = rules.split('- alert: ').find((part) => part.startsWith(`${alert}\n`)) ?? '';
  const anchor = /runbook: docs\/operations\/alerts\.md#([\w-]+)/.exec(rule)?.[1];
  const title = headings.find((heading) => heading.toLowerCase().replaceAll(' ', '-') === anchor);
  const section = runbook.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  expect(section).toContain(`\`${alert}\``);
});

test('every metric and label of the rules and the dashboard exists', () => {
  const known = knownMetrics();
  const used = [rules, ...expressions].flatMap((text) => [...text.matchAll(/\b(lockstep_\w+)(?:\{([^}]*)\})?/g)]);
  expect(used.length).toBeGreaterThan(40);
  for (const [, name = '', matchers = ''] of used) {
    const labels = known.get(name.replace(/_bucket$/, ''));
    expect(labels, name).toBeDefined();
    const asked = [...matchers.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label as string);
    expect(['job', ...(labels ?? [])], name).toEqual(expect.arrayContaining(asked));
  }
});

test.skipIf(!hasPromtool())('promtool finds nothing wrong with our metrics', async () => {
  const counters = createCounters({ clock: systemClock, feed: 'webhook', types: ['customer'] });
  counters.begin([{ account: 'acct_1', livemode: true }], ['mail']);
  const page = `${await counters.registry.metrics()}\n${await createGauges().registry.metrics()}`;
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
  expect([checked.status, checked.stdout, checked.stderr]).toEqual([0, '', '']);
});

test('each panel of the dashboard has a description and a place of its own', () => {
  const shown = panels.filter(({ type }) => type !== 'row');
  expect(shown.filter(({ description = '' }) => description === '').map(({ title }) => title)).toEqual([]);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from({ length: h * w }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
});

test.skipIf(!hasPromtool())('promtool can read every query of the dashboard', async () => {
  const home = mkdtempSync(join(tmpdir(), 'lockstep-dashboard-'));
  try {
    const queries = expressions.map((expr) => expr.replaceAll('$__rate_interval', '5m'));
    const records = queries.map((expr, index) => ({ record: `query_${index}`, expr }));
    // JSON is YAML.
    writeFileSync(join(home, 'queries.yml'), JSON.stringify({ groups: [{ name: 'dashboard', rules: records }] }));
    const { stdout } = await run('promtool', ['check', 'rules', join(home, 'queries.yml')]);
    expect(stdout).toContain(`${queries.length} rules found`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

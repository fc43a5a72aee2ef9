import type { VNode } from 'preact';
import type { PlotRange, PlotsJson } from '../../../src/http/console/answers.js';
import type { Route } from '../../shared/route.js';
import { ask } from '../api.js';
import { ChoiceFilter } from '../filter.js';
import { useFetched } from '../load.js';
import { Plot, type Line } from './plot.js';

/** How busy it is and was, over a range that is in the address. */
export function Plots({ route }: { route: Route }): VNode {
  const range = ranges.some(([value]) => value === route.query['range']) ? (route.query['range'] as PlotRange) : '1h';
  const plots = useFetched(`plots ${range}`, () => ask<PlotsJson>('/plots', { range: range || '1h' }), 30_000);
  const data = plots.value.value;
  const isMeasured = data?.eventsPerS.some((value) => value !== null) ?? false;
  return (
    <section class="section" aria-label="Plots">
      <div class="toolbar">
        <h2>Over time</h2>
        <span class="fill" />
        <ChoiceFilter route={route} name="range" label="Time range" options={ranges} />
      </div>
      {data !== undefined && !isMeasured && (
        <p class="soft">No minute was measured yet. Measuring begins when the console is switched on.</p>
      )}
      {data !== undefined && isMeasured && (
        <div class="plots">
          {drawn.map(({ title, unit, lines }) => (
            <Plot
              key={title}
              title={title}
              unit={unit}
              at={data.at}
              lines={lines.map(([field, label]): Line => ({ label, values: data[field] }))}
            />
          ))}
        </div>
      )}
    </section>
  );
}

const ranges = [
  ['', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
] as const;

interface Drawn {
  title: string;
  unit: string;
  lines: readonly (readonly [Exclude<keyof PlotsJson, 'at'>, string])[];
}

const drawn: readonly Drawn[] = [
  {
    title: 'Events and proofs',
    unit: 'a second',
    lines: [
      ['eventsPerS', 'events'],
      ['proofsPerS', 'proofs'],
    ],
  },
  {
    title: 'From the event to the row',
    unit: 's',
    lines: [
      ['shownP50', 'half'],
      ['shownP99', '99 of 100'],
    ],
  },
  {
    title: 'From the hint to the proof',
    unit: 's',
    lines: [
      ['provenP50', 'half'],
      ['provenP99', '99 of 100'],
    ],
  },
  {
    title: 'Requests to Stripe',
    unit: 'a second',
    lines: [
      ['requestsPerS', 'all'],
      ['limitedPerS', 'refused with 429'],
    ],
  },
  { title: 'Objects that wait', unit: '', lines: [['unproven', 'objects']] },
  { title: 'Oldest hint', unit: 's', lines: [['oldestS', 'age']] },
];

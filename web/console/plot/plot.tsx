import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';

export interface Line {
  label: string;
  values: readonly (number | null)[];
}

const HEIGHT = 150;

/** Lines over time. The same values are in a table for screen readers, as their latest and their highest. */
export function Plot(props: { title: string; unit: string; at: readonly number[]; lines: readonly Line[] }): VNode {
  const { title, unit, at, lines } = props;
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<UPlot | null>(null);
  const data = [at, ...lines.map(({ values }) => values)] as unknown as UPlot.AlignedData;

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = (): void => {
      drawn.current?.destroy();
      drawn.current = new UPlot(optionsOf(element, lines), data, element);
    };
    draw();
    const resized = new ResizeObserver(() => drawn.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    // The colors are read once, so another theme draws again.
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      drawn.current?.destroy();
      drawn.current = null;
    };
  }, [at, lines.length]);

  return (
    <figure class="tile">
      <figcaption>
        <h3>{unit === '' ? title : `${title}, ${unit}`}</h3>
        <p class="soft small">
          {lines.map(({ label, values }, index) => (
            <span key={label} class={`key key-${index}`}>
              {label}: {shown(latest(values))}, at most {shown(most(values))}
            </span>
          ))}
        </p>
      </figcaption>
      <div class="plot" ref={place} aria-hidden="true" />
    </figure>
  );
}

function optionsOf(element: HTMLElement, lines: readonly Line[]): UPlot.Options {
  const color = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim();
  const strokes = [resolved(element, '--accent'), resolved(element, '--warn-mark')];
  const axis = {
    stroke: resolved(element, '--soft'),
    grid: { stroke: resolved(element, '--line'), width: 1 },
    ticks: { show: false },
    font: `11px ${color('--sans')}`,
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { ...axis, size: 32, values: times },
      { ...axis, size: 46 },
    ],
    series: [
      {},
      ...lines.map(({ label }, index) => ({
        label,
        stroke: strokes[index] ?? '',
        width: 1.5,
        spanGaps: false,
        points: { show: false },
      })),
    ],
  };
}

/** `20:15`; or `Nov 30` where the marks are a day or more apart. */
function times(_: UPlot, marks: number[]): string[] {
  const isDays = (marks[1] ?? 0) - (marks[0] ?? 0) >= 86_400;
  const format = isDays
    ? ({ month: 'short', day: 'numeric' } as const)
    : ({ timeStyle: 'short', hourCycle: 'h23' } as const);
  return marks.map((at) => new Intl.DateTimeFormat('en-US', format).format(at * 1_000));
}

/** A canvas does not know light-dark(), so the browser is asked for the color that it means. */
function resolved(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function latest(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function shown(value: number | null): string {
  if (value === null) return '–';
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(2)));
}

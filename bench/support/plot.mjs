// @ts-check
// Two plots as SVG, readable on a light and a dark page. Nothing but what the benches need.

/**
 * @typedef {{ value: number, samples?: readonly number[] }} Bar `samples`: each run, shown as a dot on the bar
 * @typedef {{ low: number, high: number }} Range
 * @typedef {{ title: string, unit: string, series: readonly string[] }} Frame
 */

const WIDTH = 760;
const HEIGHT = 340;
const plot = { left: 64, right: 20, top: 84, bottom: 40 };
const FOOT = HEIGHT - plot.bottom;
const INNER = { width: WIDTH - plot.left - plot.right, height: FOOT - plot.top };

/** Light, then dark: background, text, quiet text, lines, and the series. */
const colors = {
  light: ['#ffffff', '#1f2328', '#59636e', '#d8dee4', '#4f46e5', '#e0823d', '#8a94a6'],
  dark: ['#0d1117', '#f0f6fc', '#9198a1', '#2f353d', '#8b8cf8', '#f0a35e', '#768390'],
};

/**
 * Bars from zero, in groups; each has its value above it.
 * @param {Frame} frame
 * @param {readonly { label: string, bars: readonly (Bar | undefined)[] }[]} groups one bar for each series
 */
export function barPlot(frame, groups) {
  const values = groups.flatMap(({ bars }) => bars.flatMap((bar) => (bar ? [bar.value, ...(bar.samples ?? [])] : [])));
  const { ticks, top } = linearTicks(Math.max(...values));
  const y = (/** @type {number} */ value) => FOOT - (value / top) * INNER.height;
  const step = INNER.width / groups.length;
  const width = Math.min(groups.length === 1 ? 110 : 56, (step * 0.78) / frame.series.length);
  const drawn = groups.map(({ label, bars }, index) => {
    const middle = plot.left + step * (index + 0.5);
    const from = middle - (width * bars.length) / 2;
    const shapes = bars.map((bar, series) =>
      bar === undefined ? '' : barShape(bar, { x: from + series * width, y, width, series }),
    );
    return `${shapes.join('')}${text(label, { x: middle, y: FOOT + 22, class: 'quiet' })}`;
  });
  return svgOf(frame, [axis(ticks, y), ...drawn]);
}

/**
 * Lines from a low to a high value on a logarithmic scale, in groups.
 * @param {Frame} frame
 * @param {readonly { label: string, ranges: readonly (Range | undefined)[] }[]} groups one range for each series
 */
export function rangePlot(frame, groups) {
  const values = groups.flatMap(({ ranges }) => ranges.flatMap((range) => (range ? [range.low, range.high] : [])));
  const [least, most] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  const y = (/** @type {number} */ value) =>
    FOOT - ((Math.log10(value) - least) / Math.max(1, most - least)) * INNER.height;
  const ticks = Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index));
  const step = INNER.width / groups.length;
  const drawn = groups.map(({ label, ranges }, index) => {
    const middle = plot.left + step * (index + 0.5);
    const gap = Math.min(64, (step * 0.8) / ranges.length);
    const shapes = ranges.map((range, series) =>
      range === undefined ? '' : rangeShape(range, { x: middle + (series - (ranges.length - 1) / 2) * gap, y, series }),
    );
    return `${shapes.join('')}${text(label, { x: middle, y: FOOT + 22, class: 'quiet' })}`;
  });
  return svgOf(frame, [axis(ticks, y), ...drawn]);
}

/**
 * @param {Bar} bar
 * @param {{ x: number, y: (value: number) => number, width: number, series: number }} at
 */
function barShape({ value, samples = [] }, { x, y, width, series }) {
  const inner = width - 4;
  const middle = x + width / 2;
  const dots = samples.map(
    (sample) => `<circle class="dot" cx="${rounded(middle)}" cy="${rounded(y(sample))}" r="2"/>`,
  );
  const above = Math.min(y(value), ...samples.map(y)) - 7;
  const height = Math.max(1, FOOT - y(value));
  return (
    `<rect class="s${series}" x="${rounded(x + 2)}" y="${rounded(FOOT - height)}" width="${rounded(inner)}" ` +
    `height="${rounded(height)}" rx="2"/>${dots.join('')}` +
    text(shortNumber(value), { x: middle, y: above, class: 'value' })
  );
}

/**
 * @param {Range} range
 * @param {{ x: number, y: (value: number) => number, series: number }} at
 */
function rangeShape({ low, high }, { x, y, series }) {
  const [from, to] = [y(low), y(high)];
  return (
    `<line class="l${series}" x1="${rounded(x)}" x2="${rounded(x)}" y1="${rounded(from)}" y2="${rounded(to)}"/>` +
    `<line class="l${series}" x1="${rounded(x - 6)}" x2="${rounded(x + 6)}" y1="${rounded(to)}" y2="${rounded(to)}"/>` +
    `<circle class="s${series}" cx="${rounded(x)}" cy="${rounded(from)}" r="5"/>` +
    text(shortNumber(high), { x, y: to - 7, class: 'value' }) +
    text(shortNumber(low), { x: x + 9, y: from + 4, class: 'value', anchor: 'start' })
  );
}

/**
 * @param {Frame} frame
 * @param {readonly string[]} shapes
 */
function svgOf({ title, unit, series }, shapes) {
  const size = `width="${WIDTH}" height="${HEIGHT}"`;
  const legend = series.map((name, index) => {
    // About as wide as the letters are; the exact width is the font's.
    const x = plot.left + series.slice(0, index).reduce((sum, each) => sum + 34 + each.length * 6.6, 0);
    const label = text(name, { x: x + 16, y: 54, class: 'quiet', anchor: 'start' });
    return `<rect class="s${index}" x="${rounded(x)}" y="44" width="11" height="11" rx="2"/>${label}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ${size} role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    `<rect class="page" ${size} rx="8"/>`,
    text(title, { x: plot.left, y: 28, class: 'title', anchor: 'start' }),
    text(unit, { x: WIDTH - plot.right, y: 28, class: 'quiet', anchor: 'end' }),
    ...legend,
    ...shapes,
    '</svg>\n',
  ].join('\n');
}

/**
 * @param {readonly number[]} ticks
 * @param {(value: number) => number} y
 */
function axis(ticks, y) {
  const lines = ticks.map((tick) => {
    const at = rounded(y(tick));
    const label = text(shortNumber(tick), { x: plot.left - 8, y: Number(at) + 4, class: 'quiet', anchor: 'end' });
    return `<line class="grid" x1="${plot.left}" x2="${WIDTH - plot.right}" y1="${at}" y2="${at}"/>${label}`;
  });
  return lines.join('');
}

/**
 * Round numbers from zero to the first that is not below `most`.
 * @param {number} most
 */
function linearTicks(most) {
  const rough = Math.max(most, 1e-9) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const count = Math.ceil(most / step);
  return { ticks: Array.from({ length: count + 1 }, (_, index) => index * step), top: count * step };
}

/**
 * @param {string} content
 * @param {{ x: number, y: number, class: string, anchor?: string }} at
 */
function text(content, { x, y, class: name, anchor = 'middle' }) {
  return `<text class="${name}" x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

/** @param {readonly string[]} palette */
function rules([page, ink, quiet, line, ...series] = []) {
  const own = series.map((color, index) => `.s${index}{fill:${color}}.l${index}{stroke:${color};stroke-width:2}`);
  return (
    `.page{fill:${page}}.title,.value{fill:${ink}}.quiet{fill:${quiet}}.grid{stroke:${line}}` +
    `.dot{fill:${page};stroke:${ink};stroke-width:.8}${own.join('')}`
  );
}

const style =
  'text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif}' +
  '.title{font-size:15px;font-weight:600}.value{font-size:11px}' +
  `${rules(colors.light)}@media (prefers-color-scheme:dark){${rules(colors.dark)}}`;

/** Three digits, or all of a whole number. @param {number} value */
function shortNumber(value) {
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(value >= 10 ? 3 : 2)));
}

/** @param {number} number */
function rounded(number) {
  return String(Math.round(number * 10) / 10);
}

/** @param {string} content */
function escaped(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

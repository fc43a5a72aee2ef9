import type { Page } from 'playwright-core';

/** The texts on the page whose contrast with what is behind them is below WCAG's AA for small text, and by how much. */
export function faint(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(${MEASURE})()`);
}

/** Runs in the page. A canvas turns every way to write a color into red, green, blue and opacity. */
const MEASURE = `() => {
  const AA = 4.5;
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 })
    .getContext('2d', { willReadFrequently: true });
  const known = new Map();
  const rgba = (color) => {
    if (!known.has(color)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      known.set(color, [...context.getImageData(0, 0, 1, 1).data].map((value) => value / 255));
    }
    return known.get(color);
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((value, at) => value * a + under[at] * (1 - a));
  const behind = (element) => {
    if (element === null) return rgba(matchMedia('(prefers-color-scheme: dark)').matches ? '#121212' : '#fff').slice(0, 3);
    const color = rgba(getComputedStyle(element).backgroundColor);
    return color[3] === 1 ? color.slice(0, 3) : over(color, behind(element.parentElement));
  };
  const luminance = (color) => {
    const [r, g, b] = color.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const running of document.getAnimations()) running.finish();
  const found = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const element = text.parentElement;
    if (text.data.trim() === '' || !element.checkVisibility() || element.closest(':disabled, [aria-hidden=true]')) continue;
    const back = behind(element);
    const front = over(rgba(getComputedStyle(element).color), back);
    const [low, high] = [luminance(front), luminance(back)].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < AA) found.add(element.tagName + '.' + element.className + ' ' + contrast.toFixed(2) + ': ' + text.data.trim().slice(0, 40));
  }
  return [...found];
}`;

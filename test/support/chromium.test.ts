import { expect, test } from 'vitest';
import { launchChromium } from './chromium.js';

test('Chromium starts, runs a page and can be measured at phone width', async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.setContent('<title>ready</title><p>one page</p>');
    expect(await page.title()).toBe('ready');
    expect(await page.evaluate('window.innerWidth')).toBe(390);
  } finally {
    await browser.close();
  }
});

import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe-core finds on the page. The policy of the page allows no other script, so it is put in by the browser. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
  const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })))`,
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}

/** Shows the page in the light or in the dark, and ends the transitions of its colors. */
export async function inScheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(`new Promise((done) => requestAnimationFrame(() => {
    for (const running of document.getAnimations()) if (running instanceof CSSTransition) running.finish();
    requestAnimationFrame(done);
  }))`);
}

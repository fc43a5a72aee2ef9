import type { ComponentChildren, VNode } from 'preact';
import type { DeadJson, RefusedJson, StatusJson } from '../../../src/http/console/answers.js';
import { href } from '../../shared/route.js';
import { causeTexts, plural, refusalTexts } from '../words.js';

interface Need {
  key: string;
  text: ComponentChildren;
  href: string;
  link: string;
}

/** What waits for a person, each with the page that helps. */
export function NeedsYou(props: {
  report: StatusJson;
  refused: RefusedJson | undefined;
  dead: DeadJson | undefined;
}): VNode | null {
  const needs = [...deadNeeds(props.report, props.dead), ...needsOf(props.report, props.refused)];
  if (needs.length === 0) return null;
  return (
    <section class="section" aria-label="Needs you">
      <h2>Needs you</h2>
      <ul class="needs">
        {needs.map(({ key, text, href: to, link }) => (
          <li key={key}>
            <span class="fill">{text}</span>
            <a {...{ class: 'button slim', href: to }}>{link}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Dead letters that nobody muted. */
function deadNeeds(report: StatusJson, groups: DeadJson | undefined): Need[] {
  const muted = (groups ?? []).filter(({ mutedUntil }) => mutedUntil !== null);
  const count = report.dead.value - muted.reduce((sum, group) => sum + group.count, 0);
  if (count <= 0) return [];
  const text = `${plural(count, 'object')} could not be read from Stripe`;
  return [{ key: 'dead', text, href: href('dead'), link: 'Dead letters' }];
}

function needsOf(report: StatusJson, refused: RefusedJson | undefined): Need[] {
  const needs: Need[] = [];
  if (report.hooks.dead.value > 0) {
    const text = `${plural(report.hooks.dead.value, 'run')} of hooks gave up`;
    needs.push({ key: 'hooks', text, href: href('hooks'), link: 'Hooks' });
  }
  for (const { account, by, reason } of report.holds) {
    const text = `${by} paused the reading of ${account}${reason === null ? '' : `: ${reason}`}`;
    needs.push({ key: `hold ${account}`, text, href: href('settings'), link: 'Sources' });
  }
  const last = refused?.accepted.reduce((latest, { at }) => (at !== null && at > latest ? at : latest), '') ?? '';
  for (const { reason, count, lastAt } of refused?.reasons ?? []) {
    if (lastAt <= last) continue;
    const text = `${plural(count, 'delivery was', 'deliveries were')} refused ${refusalTexts[reason] ?? reason}, and none was accepted since`;
    needs.push({ key: `refused ${reason}`, text, href: href('refused'), link: 'Refused' });
  }
  for (const { cause, open } of openDrift(report)) {
    const text = `${plural(open, 'difference is', 'differences are')} not repaired: ${causeTexts[cause] ?? cause}`;
    needs.push({ key: `drift ${cause}`, text, href: href('drift', null, { cause }), link: 'Drift' });
  }
  return needs;
}

function openDrift({ sources }: StatusJson): { cause: string; open: number }[] {
  const open = new Map<string, number>();
  for (const { cause, open: count } of sources.flatMap(({ types }) => types.flatMap(({ drift }) => drift.causes)))
    open.set(cause, (open.get(cause) ?? 0) + count);
  return [...open].filter(([, count]) => count > 0).map(([cause, count]) => ({ cause, open: count }));
}

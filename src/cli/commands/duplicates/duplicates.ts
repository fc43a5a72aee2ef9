import type { DuplicateGroup, DuplicatesReport, LiveGroup } from '../../../operate/duplicates.js';
import { withReports, type OperateOffline } from '../../operate.js';
import { plural } from '../../terminal/table.js';
import { wrap } from '../../terminal/wrap.js';

/** Shows what looks as if it was made twice. The exit code: 0 nothing does, 1 something does. */
export async function duplicates({ json, ...where }: OperateOffline & { json: boolean }): Promise<0 | 1> {
  const report = await withReports(where, (reports) => reports.duplicates());
  const { sameEmail, sameUser, severalLive, unlinked } = report;
  const found = sameEmail.length + sameUser.length + severalLive.length + (unlinked?.length ?? 0) > 0;
  console.log(json ? JSON.stringify(report) : linesOf(report, found).join('\n'));
  return found ? 1 : 0;
}

function linesOf({ sameEmail, sameUser, severalLive, unlinked, limit }: DuplicatesReport, found: boolean): string[] {
  const unlinkedLines = (unlinked ?? []).map(
    ({ customer, live }) => `${customer} has ${plural(live, 'live subscription')} and no user`,
  );
  return [
    ...section('several live subscriptions', severalLive.map(liveText), limit),
    ...section(
      'customers of one user',
      sameUser.map((group) => groupText(group, `user ${group.what}`)),
      limit,
    ),
    ...section(
      'customers with one email address',
      sameEmail.map((group) => groupText(group, group.what)),
      limit,
    ),
    ...(unlinked === null
      ? ['  live subscriptions without a user: not looked at, because no user is linked to a customer']
      : section('live subscriptions without a user', unlinkedLines, limit)),
    ...(found
      ? wrap('  next  ', 'look at each in the Stripe Dashboard before you cancel or delete one; nothing was changed')
      : []),
  ];
}

function section(title: string, lines: readonly string[], limit: number): string[] {
  if (lines.length === 0) return [`  ${title}: none`];
  const more = lines.length === limit ? [`    and perhaps more: the first ${limit} are shown`] : [];
  return [`  ${title}: ${lines.length}`, ...lines.flatMap((line) => wrap('    ', line)), ...more];
}

function liveText({ user, subscriptions }: LiveGroup): string {
  const customers = [...new Set(subscriptions.map(({ customer }) => customer))].join(', ');
  const owner = user === null ? customers : `user ${user} (${customers})`;
  return `${owner}: ${subscriptions.map(({ id, status }) => `${id} (${status})`).join(', ')}`;
}

function groupText({ customers }: DuplicateGroup, what: string): string {
  const each = customers.map(({ id, live }) => (live === 0 ? id : `${id} (${plural(live, 'live subscription')})`));
  return `${what}: ${each.join(', ')}`;
}

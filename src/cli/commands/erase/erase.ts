import type { Erased } from '../../../engine/erase/erase.js';
import { operate, type OperateOffline } from '../../operate.js';
import { caller } from '../../terminal/caller.js';
import { plural } from '../../terminal/table.js';
import { wrap } from '../../terminal/wrap.js';

export interface EraseCommand extends OperateOffline {
  customer: string;
  account: string | undefined;
  keepOut: boolean;
  /** Whether it is removed. If not, the command only says what would be. */
  isSure: boolean;
  json: boolean;
}

/** Erases a customer, or says what would be removed. */
export async function erase({ customer, account, keepOut, isSure, json, ...where }: EraseCommand): Promise<void> {
  const erased = await operate({ ...where, prove: false }, (operations) =>
    operations.erase({ customer, account, keepOut, by: caller(), preview: !isSure }),
  );
  console.log(json ? JSON.stringify(erased) : linesOf(erased).join('\n'));
}

const tableTexts: Readonly<Record<string, [one: string, many: string]>> = {
  hook_deliveries: ['run of a hook', 'runs of hooks'],
  changes: ['change in the feed', 'changes in the feed'],
  drift: ['finding of drift', 'findings of drift'],
  refusals: ['refused delivery', 'refused deliveries'],
  attempts: ['request under way', 'requests under way'],
  links: ['link to a user', 'links to users'],
  past_links: ['past link to a user', 'past links to users'],
};

/** The report for people. */
export function linesOf({ customer, account, livemode, preview, keptOut, objects, removed }: Erased): string[] {
  const rows = Object.entries(objects).map(([table, many]) => `${table} ${many}`);
  const besides = [
    plural(removed.bodies, 'body of an event', 'bodies of events'),
    ...Object.entries(removed.rows).flatMap(([table, many]) => {
      const [one, several] = tableTexts[table] ?? [`row of ${table}`, `rows of ${table}`];
      return many === 0 ? [] : [plural(many, one, several)];
    }),
    ...(removed.profiles === 0 ? [] : [`the ids on ${plural(removed.profiles, 'profile')}`]),
  ];
  const state = keptOut ? 'kept out from now on' : 'deleted at Stripe';
  const flags = keptOut ? ' --keep-out --yes' : ' --yes';
  return [
    `  ${customer} of ${account} (${livemode ? 'live' : 'test'} mode), ${state}`,
    ...wrap(preview ? '  would remove  ' : '  removed  ', rows.join(', ')),
    ...wrap(preview ? '                ' : '           ', besides.join(', ')),
    ...(preview
      ? [
          ...wrap(
            '  nothing was changed. ',
            'There is no way back: Stripe keeps what it has, and this database does not.',
          ),
          `  next  lockstep erase --customer ${customer}${flags}`,
        ]
      : wrap('  next  ', 'erase it in your own tables, logs and backups too: see docs/operations/erase.md')),
  ];
}

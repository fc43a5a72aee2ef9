import { LockstepError } from '../../../kernel/error.js';
import { operate, type Operate } from '../../operate.js';
import { plural } from '../../terminal/table.js';
import { momentOf } from '../../terminal/moment-of.js';

export interface ReplayCommand extends Omit<Operate, 'prove'> {
  event: string | undefined;
  since: string | undefined;
  type: string | undefined;
}

/** Marks the objects of stored events to be read again; an event that is not stored is fetched from Stripe. */
export async function replay({ event, since, type, ...where }: ReplayCommand): Promise<void> {
  if (event === undefined && since === undefined && type === undefined) {
    throw new LockstepError('option_invalid', 'Say which events to replay', {
      hint: 'use --event evt_…, --since 2026-11-01, or --type customer.*',
    });
  }
  const from = since === undefined ? {} : { since: momentOf(since) };
  const { events, hinted } = await operate({ ...where, prove: true }, (operations) =>
    operations.replay({ ...from, ...(event === undefined ? {} : { event }), ...(type === undefined ? {} : { type }) }),
  );
  console.log(`  ${plural(events, 'event')} replayed: ${plural(hinted, 'object')} will be re-read from Stripe`);
}

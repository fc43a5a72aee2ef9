import { LockstepError } from '../../../kernel/error.js';
import { operate, type Operate } from '../../operate.js';
import { plural } from '../../terminal/table.js';

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

/** A date, a time with its offset, or how long ago: '2026-11-01', '2026-11-01T10:00:00Z', '90m', '12h', '7d'. */
function momentOf(text: string): Date {
  const ago = /^(\d{1,5})([mhd])$/.exec(text);
  const at = ago
    ? Date.now() - Number(ago[1]) * (ago[2] === 'm' ? 60_000 : ago[2] === 'h' ? 3_600_000 : 86_400_000)
    : Date.parse(text);
  if (!Number.isNaN(at)) return new Date(at);
  throw new LockstepError('option_invalid', `${JSON.stringify(text)} is not a valid time`, {
    hint: 'use a form such as 2026-11-01, 2026-11-01T10:00:00Z, 12h or 7d',
  });
}

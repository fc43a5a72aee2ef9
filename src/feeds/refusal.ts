import { isInTime, timeOf } from './signature.js';

/** Every reason why a delivery is refused. Also a label of the metrics. */
export const refusalReasons = [
  /** It has no signature that could be one. */
  'no_signature',
  /** The time of its signature is more than five minutes from ours. */
  'old_signature',
  /** No configured secret made its signature. */
  'wrong_signature',
  /** It is signed, and is no event. */
  'not_an_event',
  /** Its body is larger than `bodyMaxBytes`. It was not read. */
  'too_large',
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

/** A refused delivery. Anybody can send one, so its ids are only what it says. */
export interface RefusedDelivery {
  at: Date;
  reason: RefusalReason;
  eventId: string | null;
  objectId: string | null;
}

/** Why a signature was not accepted. */
export function signatureReason(header: string | undefined, now: Date): RefusalReason {
  const time = timeOf(header ?? '');
  if (time === undefined) return 'no_signature';
  return isInTime(time, now) ? 'wrong_signature' : 'old_signature';
}

/** How many bytes of a body are searched. Stripe writes an event's id first, and its object's soon after. */
const LOOKED_AT = 512;

/** The ids that a body names, without parsing it: anybody may have sent it. Only what looks like an id of Stripe's. */
export function idsIn(body: Buffer): Pick<RefusedDelivery, 'eventId' | 'objectId'> {
  const text = body.toString('latin1', 0, LOOKED_AT);
  return {
    eventId: /"id"\s*:\s*"(evt_\w{1,60})"/.exec(text)?.[1] ?? null,
    objectId: /"data"\s*:\s*\{\s*"object"\s*:\s*\{\s*"id"\s*:\s*"([a-z]{1,12}_\w{1,60})"/.exec(text)?.[1] ?? null,
  };
}

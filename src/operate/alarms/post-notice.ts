import { Webhook } from 'standardwebhooks';
import { messageOf } from '../../kernel/error.js';
import type { Notice } from './transitions.js';

/** Where alarms are posted to. */
export interface AlarmReceiver {
  url: string;
  /** `whsec_…`: what they are signed with. */
  secret: string;
}

/** So long a receiver may take to answer. */
const ANSWER_MS = 10_000;

/**
 * Posts one notice, signed by the Standard Webhooks form. A redirect is not followed: it would hand the notice to an
 * address that nobody configured. Returns why it was not taken; null: it was.
 * Source: standardwebhooks.com, "Webhook headers" (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
 */
export async function postNotice(
  { url, secret }: AlarmReceiver,
  { id, body }: Pick<Notice, 'id' | 'body'>,
  { now, signal }: { now: Date; signal: AbortSignal },
): Promise<string | null> {
  const payload = JSON.stringify(body);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'lockstep',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': new Webhook(secret).sign(id, now, payload),
      },
      body: payload,
    });
    await answer.body?.cancel(); // what it says is not needed, and may be endless
    if (answer.ok) return null;
    const isRedirect = answer.status >= 300 && answer.status < 400;
    return `the receiver answered ${answer.status}${isRedirect ? ', a redirect, which is not followed' : ''}`;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError')
      return `the receiver did not answer within ${ANSWER_MS / 1_000} s`;
    return `the receiver could not be reached: ${causeOf(error)}`;
  }
}

/** Without the address, which may have a secret in it. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : messageOf(error).slice(0, 100);
}

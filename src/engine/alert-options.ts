import * as v from 'valibot';
import { LockstepError } from '../kernel/error.js';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** Source: the Standard Webhooks specification, "Signature scheme": 24 to 64 bytes in base64, with this prefix. */
export const SECRET = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/;

/** Where alarms are posted to, for people without Prometheus. */
export const alertEntries = {
  /**
   * Where alarms are posted to, `https://…`, or `http://` on this machine: one signed JSON for each that is raised, gets worse, or
   * clears. Default: nowhere.
   */
  alertUrl: v.optional(
    v.pipe(
      v.string(),
      v.url('must be a URL, for example https://alerts.example.com/lockstep'),
      v.check(isSafe, 'must begin with https://, or be on this machine, and have no user and password in it'),
    ),
  ),
  /**
   * What these are signed with, by the Standard Webhooks form: `whsec_` and 24 to 64 bytes in base64. Default: none;
   * `alertUrl` needs it.
   */
  alertSecret: v.optional(
    v.pipe(
      v.string(),
      v.regex(SECRET, 'must be whsec_ and 24 to 64 bytes in base64: make it with openssl rand -base64 32'),
    ),
  ),
};

/** @throws option_invalid there is a receiver and no secret */
export function checkAlertOptions({
  alertUrl,
  alertSecret,
}: {
  alertUrl?: string | undefined;
  alertSecret?: string | undefined;
}): void {
  if (alertUrl === undefined || alertSecret !== undefined) return;
  throw new LockstepError('option_invalid', 'Invalid option alertSecret: alarms are signed, and there is no secret', {
    hint: 'set LOCKSTEP_ALERT_SECRET to whsec_ followed by the output of openssl rand -base64 32',
  });
}

function isSafe(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname));
}

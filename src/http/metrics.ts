import { LockstepError } from '../kernel/error.js';
import { bearerOf, callerOf, isToken } from './caller.js';
import type { Service } from './service.js';

/**
 * The metrics, for callers with the service's token or the token that opens only this page. They say how busy the
 * business is, so nobody else may read them.
 * @throws unauthorized, forbidden
 */
export async function readMetrics(request: Request, service: Service): Promise<Response> {
  await mustBeReader(request, service);
  const { metrics } = service;
  return new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } });
}

async function mustBeReader(request: Request, { identify, metricsToken }: Service): Promise<void> {
  const bearer = bearerOf(request);
  if (bearer !== undefined && metricsToken !== undefined && isToken(bearer, metricsToken)) return;
  const caller = bearer === undefined ? undefined : await callerOf(request, identify); // a session never opens it
  if (caller?.kind === 'service') return;
  throw new LockstepError(caller === undefined ? 'unauthorized' : 'forbidden', 'The metrics need a token', {
    hint: 'send Authorization: Bearer with LOCKSTEP_METRICS_TOKEN or LOCKSTEP_TOKEN',
  });
}

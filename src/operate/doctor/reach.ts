import { messageOf } from '../../kernel/error.js';

/** How an address answered a delivery without a signature. Lockstep answers 400. */
export type EndpointAnswer = { status: number; location: string | null } | { failed: string };

const WITHIN_MS = 10_000;

/** Posts an empty event. A redirect is not followed: Stripe does not follow one either. */
export async function reachUrl(url: string): Promise<EndpointAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      redirect: 'manual',
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    await response.body?.cancel();
    return { status: response.status, location: response.headers.get('location') };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { failed: messageOf(cause) };
  }
}

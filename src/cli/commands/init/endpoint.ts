import { API_VERSION } from '../../../catalog/generated/api-version.js';
import { limits, type SourceConfig } from '../../../engine/config.js';
import { systemClock } from '../../../kernel/clock.js';
import { LockstepError } from '../../../kernel/error.js';
import { stripeFailureOf, unreachedBecause } from '../../../stripe/failure.js';
import { createGateway } from '../../../stripe/gateway.js';

/** The webhook endpoint at Stripe. */
export interface KeptEndpoint {
  how: 'created' | 'found' | 'forbidden';
  url: string;
  id: string;
  /** Of one that was just created: Stripe shows it only then. */
  secret: string | undefined;
}

/** Where Stripe delivers to, from the address of the service. @throws option_invalid */
export function endpointUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new LockstepError('option_invalid', `${JSON.stringify(address)} is not a web address`, {
      hint: 'give the address at which Stripe reaches the service, such as https://example.com',
    });
  }
  if (!url.pathname.endsWith('/stripe-webhooks')) url.pathname = `${url.pathname.replace(/\/$/, '')}/stripe-webhooks`;
  return url.href;
}

/**
 * The endpoint for this address; created if there is none, for all events, in the version that Lockstep reads.
 * @throws stripe_key_invalid, stripe_unreachable
 */
export async function keepEndpoint(source: SourceConfig, url: string): Promise<KeptEndpoint> {
  const { stripeKey, stripeApiBase, ratePerEndpoint, rateTotal } = source;
  const gateway = createGateway(
    {
      secretKey: stripeKey,
      apiBase: stripeApiBase,
      limits: { ...limits.stripe, rates: { perEndpoint: ratePerEndpoint, total: rateTotal } },
    },
    { clock: systemClock },
  );
  try {
    const { data } = await gateway.list('/v1/webhook_endpoints', { limit: 100 });
    const found = data.find((endpoint) => endpoint['url'] === url);
    if (found !== undefined) return { how: 'found', url, id: String(found.id), secret: undefined };
    const made = await gateway.post(
      '/v1/webhook_endpoints',
      { url, enabled_events: ['*'], api_version: API_VERSION, description: 'Lockstep' },
      { idempotencyKey: `lockstep-init-${url}-${Math.floor(Date.now() / 60_000)}` },
    );
    return { how: 'created', url, id: String(made.id), secret: String(made['secret']) };
  } catch (error) {
    const failure = stripeFailureOf(error);
    if (failure === 'forbidden') return { how: 'forbidden', url, id: '', secret: undefined };
    if (failure === 'unauthenticated')
      throw new LockstepError('stripe_key_invalid', 'Stripe does not accept this key', {
        hint: 'check STRIPE_SECRET_KEY; the key may have been rolled',
        cause: error,
      });
    if (failure === 'unavailable')
      throw new LockstepError('stripe_unreachable', `Could not reach Stripe: ${unreachedBecause(error)}`, {
        hint: 'check the network and STRIPE_API_BASE',
        cause: error,
      });
    throw error;
  }
}

/** The same endpoint for those who keep their accounts in Terraform. */
export function terraformOf(url: string): string {
  return `resource "stripe_webhook_endpoint" "lockstep" {
  url            = "${url}"
  description    = "Lockstep"
  enabled_events = ["*"]
  api_version    = "${API_VERSION}"
}`;
}

import type { WebhookFeed } from '../feeds/webhook.js';
import { LockstepError } from '../kernel/error.js';
import { readBody } from './body.js';
import type { Service } from './service.js';

/** The path that Stripe delivers to. */
export const WEBHOOKS = '/stripe-webhooks';

/** Accepts one delivery: its raw bytes, and the signature over them. @throws webhook_refused, inbox_full */
export async function takeDelivery(request: Request, { engine, waiting }: Service): Promise<Response> {
  const { webhook, config } = engine;
  if (webhook === null) {
    const [message, hint] =
      config.feed === 'poll'
        ? ['This service polls Stripe and does not accept webhooks', 'start it with --feed webhook']
        : ['This process does not have the role receive', 'send webhooks to a process that has it'];
    throw new LockstepError('webhook_refused', message, { hint });
  }
  // Held until the event is stored: a body that was read is still in memory, several times over, while it waits.
  return waiting.hold(async (held) => {
    const body = await readBody(request, config.bodyMaxBytes, held).catch(notedBy(webhook));
    await webhook.deliver(body, request.headers.get('stripe-signature') ?? undefined);
    return Response.json({ received: true });
  });
}

/** Notes a body that is too large among the refused deliveries. @throws the error it is given */
export function notedBy(webhook: WebhookFeed): (error: unknown) => never {
  return (error) => {
    if (error instanceof LockstepError && error.code === 'body_too_large') webhook.noteTooLarge();
    throw error;
  };
}

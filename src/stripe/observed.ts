import { LockstepError, messageOf } from '../kernel/error.js';
import { stripeFailureOf } from './failure.js';
import type { Gateway } from './gateway.js';

export interface Observer {
  /** Stripe answered. A refusal and a 429 are answers too. */
  answered(): void;
  /** Stripe did not answer, or the answer could not be used. */
  unanswered(reason: string): void;
}

/** Wraps a gateway, so that the observer learns whether Stripe can be reached. */
export function observed(gateway: Gateway, observer: Observer): Gateway {
  const watched =
    <Args extends unknown[], Result>(ask: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      try {
        const result = await ask(...args);
        observer.answered();
        return result;
      } catch (error) {
        tell(observer, error);
        throw error;
      }
    };
  return {
    ...gateway,
    account: watched((...args: Parameters<Gateway['account']>) => gateway.account(...args)),
    read: watched((...args: Parameters<Gateway['read']>) => gateway.read(...args)),
    list: watched((...args: Parameters<Gateway['list']>) => gateway.list(...args)),
    event: watched((...args: Parameters<Gateway['event']>) => gateway.event(...args)),
    post: watched((...args: Parameters<Gateway['post']>) => gateway.post(...args)),
    delete: watched((...args: Parameters<Gateway['delete']>) => gateway.delete(...args)),
    connected: (account) => observed(gateway.connected(account), observer),
  };
}

function tell(observer: Observer, error: unknown): void {
  if (error instanceof LockstepError && error.code === 'stopped') return; // we did not wait for the answer
  if (stripeFailureOf(error) === 'unavailable') observer.unanswered(messageOf(error));
  else observer.answered();
}

import type { Source } from '../kernel/source.js';
import type { Gateway } from './gateway.js';

/** The source of an object, and the account whose key reads it. */
export interface Reach extends Source {
  platform: string;
}

/** Returns the gateway that reaches a source: with its own key, or with its platform's key and `Stripe-Account`. */
export type Gateways = (reach: Reach) => Gateway;

export function createGateways(homes: readonly { source: Source; gateway: Gateway }[]): Gateways {
  const known = new Map(homes.map(({ source, gateway }) => [`${source.account} ${source.livemode}`, gateway]));
  const connected = new Map<string, Gateway>();
  return ({ account, livemode, platform }) => {
    const home = known.get(`${platform} ${livemode}`);
    if (home === undefined) throw new Error(`no key of this service reaches ${account}`);
    if (account === platform) return home;
    const text = `${platform} ${account} ${livemode}`;
    let gateway = connected.get(text);
    if (gateway === undefined) connected.set(text, (gateway = home.connected(account)));
    return gateway;
  };
}

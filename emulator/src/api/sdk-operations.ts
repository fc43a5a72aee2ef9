import { SDK_ADDRESSES, SDK_V2_ADDRESSES } from './sdk-addresses.js';

const patterns = Object.entries({ ...SDK_ADDRESSES, ...SDK_V2_ADDRESSES }).map(([path, verbs]) => ({
  path,
  verbs: verbs.split(' '),
  regex: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(':', '[^/]+')}$`),
}));

/** The SDK's operation at an address as `POST /v1/quotes/:`, or undefined when Stripe has none there. */
export function sdkOperation(verb: string, path: string): string | undefined {
  const found = patterns.find(({ verbs, regex }) => verbs.includes(verb) && regex.test(path));
  return found === undefined ? undefined : `${verb} ${found.path}`;
}

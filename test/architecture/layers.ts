import { dirname, join, normalize } from 'node:path/posix';

/**
 * The one direction of imports: each layer of `src`, and what it may import besides itself. An entry is a layer or a
 * folder in one. The emulator is the referee of the engine and so must not share the player's code.
 */
const below = ['kernel', 'catalog', 'store', 'stripe'] as const;
export const layers = {
  kernel: [],
  catalog: ['kernel'],
  store: ['kernel', 'catalog'],
  stripe: ['kernel', 'catalog'],
  mirror: below,
  // An event's snapshot is shown in the transaction that stores the event, so the inbox stands on the mirror.
  inbox: [...below, 'mirror'],
  sync: [...below, 'inbox', 'mirror'],
  hooks: [...below, 'inbox', 'mirror', 'sync'],
  // What brings hints.
  feeds: [...below, 'inbox', 'mirror', 'sync'],
  // What compares the mirror with Stripe's lists.
  listing: [...below, 'inbox', 'mirror', 'sync'],
  billing: [...below, 'inbox', 'mirror', 'sync', 'feeds'],
  generate: ['kernel', 'catalog'],
  engine: [...below, 'inbox', 'mirror', 'sync', 'hooks', 'feeds', 'listing', 'billing'],
  http: [...below, 'inbox', 'mirror', 'sync', 'hooks', 'feeds', 'listing', 'billing', 'engine'],
  app: [...below, 'inbox', 'mirror', 'sync', 'hooks', 'feeds', 'listing', 'billing', 'engine', 'http'],
  adapters: ['kernel', 'app'],
  // For the tests of an app: the one place beside the command line where player and referee meet.
  testkit: ['kernel', 'store', 'hooks', 'engine', 'http', 'app', 'emulator'],
  cli: [
    ...below,
    ...([
      'inbox',
      'mirror',
      'sync',
      'hooks',
      'feeds',
      'listing',
      'billing',
      'generate',
      'engine',
      'http',
      'app',
      'emulator',
    ] as const),
  ],
  emulator: ['kernel', 'catalog/generated'],
} as const satisfies Record<string, readonly string[]>;

/**
 * Why `file` may not import `specifier`, or undefined when it may. Packages are everybody's.
 *
 * @param file path from the root of the repository, such as `src/sync/prove.ts` or `web/demo/main.tsx`
 */
export function refusal(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return specifier.startsWith('(') ? 'its name is computed' : undefined;
  const target = normalize(join(dirname(file), specifier));
  if (file.startsWith('web/')) return target.startsWith('web/') ? undefined : 'web imports nothing from outside web';
  const layer = layerOf(file);
  if (layer === undefined) return `${file} is in no known layer`;
  if (!target.startsWith('src/')) return 'what is shipped imports nothing from outside src';
  const inside = target.slice('src/'.length);
  const allowed: readonly string[] = [layer, ...layers[layer]];
  if (allowed.some((folder) => inside.startsWith(`${folder}/`))) return undefined;
  return `${layer} may import ${allowed.slice(1).join(', ') || 'nothing'} only`;
}

/** The layer of a file in `src`; undefined for a file that is in none. */
export function layerOf(file: string): keyof typeof layers | undefined {
  const name = /^src\/([^/]+)\//.exec(file)?.[1];
  return name !== undefined && name in layers ? (name as keyof typeof layers) : undefined;
}

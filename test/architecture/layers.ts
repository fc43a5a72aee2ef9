import { dirname, join, normalize } from 'node:path/posix';

/**
 * The one direction of imports: each layer, and what it may import besides itself. An entry is a layer or a folder in
 * one. A layer is a folder of `src`; the layer `emulator` is `emulator/src`. The emulator is the referee of the engine,
 * so it must not share the player's code.
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
  // What proofs changed, for readers in any language. It is written in the transaction of the proof.
  changes: [...below, 'mirror'],
  sync: [...below, 'inbox', 'mirror', 'changes'],
  hooks: [...below, 'inbox', 'mirror', 'sync'],
  // What brings hints.
  feeds: [...below, 'inbox', 'mirror', 'sync'],
  // What compares the mirror with Stripe's lists.
  listing: [...below, 'inbox', 'mirror', 'changes', 'sync'],
  billing: [...below, 'inbox', 'mirror', 'sync', 'feeds'],
  generate: ['kernel', 'catalog'],
  engine: [...below, 'inbox', 'mirror', 'changes', 'sync', 'hooks', 'feeds', 'listing', 'billing'],
  // What an operator looks at: it only reads.
  operate: [...below, 'inbox', 'mirror', 'changes', 'sync', 'hooks', 'feeds', 'listing', 'billing', 'engine'],
  http: [...below, 'inbox', 'mirror', 'changes', 'sync', 'hooks', 'feeds', 'listing', 'billing', 'engine', 'operate'],
  // What only `lockstep demo` needs. The pages of `web` import its types.
  demo: [
    ...below,
    ...([
      'inbox',
      'mirror',
      'changes',
      'sync',
      'hooks',
      'feeds',
      'listing',
      'billing',
      'engine',
      'operate',
      'http',
      'emulator',
    ] as const),
  ],
  app: [
    ...below,
    'inbox',
    'mirror',
    'changes',
    'sync',
    'hooks',
    'feeds',
    'listing',
    'billing',
    'engine',
    'operate',
    'http',
  ],
  adapters: ['kernel', 'app'],
  // For the tests of an app: the one place beside the command line where player and referee meet.
  testkit: ['kernel', 'store', 'hooks', 'engine', 'http', 'app', 'emulator'],
  cli: [
    ...below,
    ...([
      'inbox',
      'mirror',
      'changes',
      'sync',
      'hooks',
      'feeds',
      'listing',
      'billing',
      'generate',
      'engine',
      'operate',
      'http',
      'demo',
      'app',
      'emulator',
    ] as const),
  ],
  emulator: ['kernel', 'catalog/generated'],
} as const satisfies Record<string, readonly string[]>;

/** Code outside the layers: the pages, which browsers run, and support for tests. What each folder may import. */
export const otherFolders: Readonly<Record<string, readonly string[]>> = {
  'emulator/stripe-js/': ['emulator/stripe-js/', 'web/shared/'],
  'emulator/test/': ['emulator/test/', 'emulator/src/'],
  'emulator/web/': ['emulator/web/', 'web/shared/'],
  'web/': ['web/'],
};

/** Folders whose types alone a folder may import: a page shares the types of its server's JSON. */
const typesOnly: Readonly<Record<string, readonly string[]>> = {
  'web/': ['src/demo/', 'src/http/'],
};

/**
 * Why `file` may not import `specifier`, or undefined when it may. Packages are everybody's.
 *
 * @param file path from the root of the repository, such as `src/sync/prove.ts` or `web/demo/main.tsx`
 * @param isTypeOnly the import vanishes when it is compiled
 */
export function refusal(file: string, specifier: string, isTypeOnly = false): string | undefined {
  if (!specifier.startsWith('.')) return specifier.startsWith('(') ? 'its name is computed' : undefined;
  const target = normalize(join(dirname(file), specifier));
  const other = Object.keys(otherFolders).find((folder) => file.startsWith(folder));
  const allowed = other === undefined ? allowedOf(file) : otherFolders[other];
  if (allowed === undefined) return `${file} is in no known layer`;
  if (allowed.some((folder) => target.startsWith(folder))) return undefined;
  const typed = typesOnly[other ?? ''] ?? [];
  if (isTypeOnly && typed.some((folder) => target.startsWith(folder))) return undefined;
  const types = typed.length === 0 ? '' : `, and types of ${typed.join(', ')}`;
  return `${other ?? layerOf(file)} may import ${allowed.slice(1).join(', ') || 'nothing else'} only${types}`;
}

function allowedOf(file: string): readonly string[] | undefined {
  const layer = layerOf(file);
  return layer === undefined ? undefined : [layer, ...layers[layer]].map(folderOf);
}

/** The folder of a layer, or of a folder in one, from the root of the repository. */
export const folderOf = (layer: string): string => (layer === 'emulator' ? 'emulator/src/' : `src/${layer}/`);

/** The layer of a file; undefined for a file that is in none. */
export function layerOf(file: string): keyof typeof layers | undefined {
  return (Object.keys(layers) as (keyof typeof layers)[]).find((layer) => file.startsWith(folderOf(layer)));
}

import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { STYLE, STYLE_PATH } from '../pages/html.js';
import { DASHBOARD_POLICY } from '../pages/policy.js';
import type { Reply } from '../send.js';

interface Asset {
  type: string;
  body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.map': 'application/json',
  '.woff2': 'font/woff2',
};

/** A built page, or the style of the hosted ones. @param isOpen whether the namespace of the address is open */
export async function pageFile(
  webDir: string | undefined,
  { verb, path }: { verb: string; path: string },
  isOpen: boolean,
): Promise<Reply> {
  const readable = verb === 'GET' || verb === 'HEAD';
  if (readable && path === STYLE_PATH) {
    const headers = { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' };
    return { status: 200, headers, body: verb === 'HEAD' ? '' : STYLE };
  }
  const asset = webDir === undefined || !readable ? undefined : await assetOf(webDir, path);
  if (asset === undefined) {
    return {
      status: 404,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: isOpen ? 'The local emulator has nothing here.\n' : 'This namespace of the local emulator is not open.\n',
    };
  }
  const headers = {
    'content-type': asset.type,
    // The build puts a hash of the file into its name.
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(asset.type.startsWith('text/html') ? DASHBOARD_POLICY : {}),
    ...(isStripeJs(path) ? { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' } : {}),
  };
  return { status: 200, headers, body: verb === 'HEAD' ? '' : asset.body };
}

/** The file below `root` for an address of the pages, or undefined: nothing outside of `root` is ever read. */
async function assetOf(root: string, path: string): Promise<Asset | undefined> {
  const file = fileOf(path);
  if (file === undefined) return undefined;
  const full = normalize(join(root, file));
  const type = TYPES[extname(full)];
  if (!full.startsWith(normalize(root + sep)) || full.includes('\0') || type === undefined) return undefined;
  try {
    return { type, body: await readFile(full) };
  } catch {
    return undefined;
  }
}

/** The addresses of js.stripe.com's script: `/v3/`, and one per release, such as `/endive/stripe.js`. */
export const isStripeJs = (path: string): boolean => /^\/(v3\/?|(v3|[a-z]+)\/stripe\.js)$/.test(path);

function fileOf(path: string): string | undefined {
  if (path === '/' || path === '/index.html') return 'emulator/index.html';
  if (isStripeJs(path)) return 'stripe-js/stripe.js';
  if (path === '/favicon.ico' || path.startsWith('/assets/')) return path.slice(1);
  return undefined;
}

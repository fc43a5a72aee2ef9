import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

export interface Asset {
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

/** The file below `root` for an address of the pages, or undefined: nothing outside of `root` is ever read. */
export async function pageAsset(root: string, path: string): Promise<Asset | undefined> {
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

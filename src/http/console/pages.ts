import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing from elsewhere, no frame around it, and no form that is sent without the page's code. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `connect-src 'self'`,
  `img-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** The name of a built file: one segment, with a hash in it. */
const ASSET = /^[\w-]+\.(js|css|svg)$/;

const zip = promisify(gzip);

interface Stored {
  plain: Buffer;
  zipped: Buffer;
}

/** The console's page and its files, compressed once. */
export interface ConsolePages {
  /** undefined: the pages are not built. `prefix`: what leads from the page's own address to `/console/`. */
  page(request: Request, prefix: string): Promise<Response | undefined>;
  /** undefined: there is no such file. */
  asset(request: Request, name: string): Promise<Response | undefined>;
}

/** @param webDir the built pages, `dist/web` */
export function createConsolePages(webDir: string): ConsolePages {
  const files = new Map<string, Promise<Stored | undefined>>();
  const load = (path: string, edit = (text: Buffer): Buffer => text): Promise<Stored | undefined> => {
    const key = `${path} ${edit.name}`;
    let file = files.get(key);
    if (file === undefined) files.set(key, (file = read(path, edit)));
    return file;
  };
  return {
    async page(request, prefix) {
      // The page names its files relative to itself, so that it works below any path.
      const below = (text: Buffer): Buffer => Buffer.from(text.toString('utf8').replaceAll('"./', `"./${prefix}`));
      const file = await load(join(webDir, 'console', 'index.html'), prefix === '' ? undefined : below);
      return file && answer(request, file, { 'content-type': types['.html'] ?? '', ...PAGE_HEADERS });
    },
    async asset(request, name) {
      if (!ASSET.test(name)) return undefined;
      const file = await load(join(webDir, 'console', 'assets', name));
      const type = types[extname(name)] ?? 'application/octet-stream';
      return (
        file &&
        answer(request, file, {
          'content-type': type,
          'cache-control': 'public, max-age=31536000, immutable',
          'cross-origin-resource-policy': 'same-origin',
        })
      );
    },
  };
}

async function read(path: string, edit: (text: Buffer) => Buffer): Promise<Stored | undefined> {
  const found = await readFile(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const plain = edit(found);
  return { plain, zipped: await zip(plain, { level: 9 }) };
}

function answer(request: Request, { plain, zipped }: Stored, headers: Record<string, string>): Response {
  const isZipped = takesGzip(request);
  return new Response(isZipped ? new Uint8Array(zipped) : new Uint8Array(plain), {
    headers: { ...headers, vary: 'accept-encoding', ...(isZipped ? { 'content-encoding': 'gzip' } : {}) },
  });
}

/** JSON, compressed if it is worth it. */
export async function jsonAnswer(
  request: Request,
  value: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const text = Buffer.from(JSON.stringify(value));
  const isZipped = text.length > 1_000 && takesGzip(request);
  return new Response(new Uint8Array(isZipped ? await zip(text, { level: 4 }) : text), {
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      vary: 'accept-encoding',
      ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
      ...headers,
    },
  });
}

function takesGzip(request: Request): boolean {
  return /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
}

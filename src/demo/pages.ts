import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import { compress } from 'hono/compress';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
};

export interface PagesOptions {
  /** The built pages, `dist/web`. */
  webDir: string;
  /** URL path → folder of the page: `{ '/demo': 'demo' }`. */
  pages: Readonly<Record<string, string>>;
  /** Origins that a page may talk to and load its one script from, besides its own. */
  connect: readonly string[];
}

/** The built pages and their assets. Assets carry a hash in their name and may be cached forever. */
export function createPages({ webDir, pages, connect }: PagesOptions): Hono {
  const app = new Hono();
  const allowed = ["'self'", ...connect].join(' ');
  const policy = [
    `default-src 'none'`,
    `script-src ${allowed}`,
    `connect-src ${allowed}`,
    `frame-src ${allowed}`,
    `style-src 'self'`,
    `font-src 'self'`,
    `img-src 'self' data:`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ');
  for (const [address, folder] of Object.entries(pages)) {
    app.get(address, compress(), () =>
      file(join(webDir, folder, 'index.html'), { 'cache-control': 'no-store', 'content-security-policy': policy }),
    );
  }
  app.get('/assets/*', compress(), (c) => {
    const path = normalize(join(webDir, c.req.path));
    if (!path.startsWith(join(webDir, 'assets'))) return c.notFound();
    return file(path, { 'cache-control': 'public, max-age=31536000, immutable' });
  });
  return app;
}

async function file(path: string, headers: Record<string, string>): Promise<Response> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true)
    return Response.json(
      { error: { code: 'not_found', message: 'the pages are not built', hint: 'npm run build' } },
      { status: 404 },
    );
  const body = Readable.toWeb(createReadStream(path)) as ReadableStream;
  const type = types[extname(path)] ?? 'application/octet-stream';
  return new Response(body, { headers: { 'content-type': type, 'x-content-type-options': 'nosniff', ...headers } });
}

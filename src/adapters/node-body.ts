import type { IncomingMessage } from 'node:http';

/** What frameworks on Node add to a request when they read its body. */
export interface MaybeRead {
  /** The bytes or the text, if kept: by NestJS with `rawBody: true`, by cloud functions, or by a parser's `verify`. */
  rawBody?: unknown;
  /** The parsed body. */
  body?: unknown;
}

/**
 * Makes the body readable again after a parser read it: from the bytes if they were kept, else from the parsed value.
 * Returns `lost` if the bytes were not kept. Then a signature over them cannot be checked.
 */
export function restoreBody(request: IncomingMessage & MaybeRead): 'whole' | 'lost' {
  if (Buffer.isBuffer(request.rawBody)) return 'whole';
  const raw = bytesOf(request.rawBody);
  if (raw === undefined && !request.readableDidRead) return 'whole';
  const { body } = request;
  const kept = raw ?? bytesOf(body);
  // The HTTP adapter reads `rawBody` in place of the stream, because cloud functions set it.
  request.rawBody = kept ?? Buffer.from(body === undefined ? '' : JSON.stringify(body));
  return kept === undefined ? 'lost' : 'whole';
}

/** The body's bytes, from a body that is bytes or text, as `express.raw()` and `express.text()` leave it. */
export function bytesOf(body: unknown): Buffer | undefined {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body) : undefined;
}

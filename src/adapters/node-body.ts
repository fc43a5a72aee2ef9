import type { IncomingMessage } from 'node:http';

/** What frameworks on Node put on a request when they read its body. */
export interface MaybeRead {
  /** The bytes or their text, where somebody kept them: NestJS with `rawBody: true`, cloud functions, `verify` of a parser. */
  rawBody?: unknown;
  /** What a body parser made of them. */
  body?: unknown;
}

/**
 * Makes the body readable again after a parser took it: from the bytes where they were kept, else from the value. Returns
 * whether the bytes are lost: then a signature over them cannot be checked.
 */
export function restoreBody(request: IncomingMessage & MaybeRead): 'whole' | 'lost' {
  if (Buffer.isBuffer(request.rawBody)) return 'whole';
  const raw = bytesOf(request.rawBody);
  if (raw === undefined && !request.readableDidRead) return 'whole';
  const { body } = request;
  const kept = raw ?? bytesOf(body);
  // The HTTP adapter reads `rawBody` in place of the stream, as cloud functions have it.
  request.rawBody = kept ?? Buffer.from(body === undefined ? '' : JSON.stringify(body));
  return kept === undefined ? 'lost' : 'whole';
}

/** As `express.raw()` and `express.text()` leave them, and whatever else keeps bytes or their text. */
export function bytesOf(body: unknown): Buffer | undefined {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body) : undefined;
}

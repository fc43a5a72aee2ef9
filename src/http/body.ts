import { LockstepError } from '../kernel/error.js';

/**
 * The raw bytes of a request, `maxBytes` at most: counted while they stream, so that a larger body is never held.
 * @throws body_too_large
 */
export async function readBody(request: Request, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks, size);
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
}

function tooLarge(maxBytes: number): LockstepError {
  return new LockstepError('body_too_large', `the body is larger than ${maxBytes} bytes`, {
    hint: 'send less',
  });
}

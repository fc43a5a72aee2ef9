import type { IncomingMessage } from 'node:http';
import { LockstepError } from '../kernel/error.js';
import type { HeldBytes } from './waiting-bytes.js';

/**
 * The raw bytes of a request, `maxBytes` at most: counted while they stream, so that a larger body is never held.
 * @throws body_too_large; request_invalid the sender went away in the middle of it; what `held` throws
 */
export async function readBody(request: Request, maxBytes: number, held?: HeldBytes): Promise<Buffer> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  held?.check(declared);
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw cutShort(cause);
    });
    if (done) return Buffer.concat(chunks, size);
    size += value.byteLength;
    try {
      if (size > maxBytes) throw tooLarge(maxBytes);
      held?.take(value.byteLength);
    } catch (error) {
      await reader.cancel();
      throw error;
    }
    chunks.push(value);
  }
}

/** The same of a request as Node has it. */
export async function readNodeBody(request: IncomingMessage, maxBytes: number, held: HeldBytes): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  held.check(declared);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: Error): void => {
      request.removeListener('data', take);
      chunks.length = 0;
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.byteLength;
      try {
        if (size > maxBytes) throw tooLarge(maxBytes);
        held.take(chunk.byteLength);
        chunks.push(chunk);
      } catch (error) {
        refuse(error as Error);
      }
    };
    request.on('data', take);
    request.once('end', () => resolve(Buffer.concat(chunks, size)));
    request.once('error', (cause) => refuse(cutShort(cause)));
    request.once('close', () => {
      if (!request.complete) refuse(cutShort(undefined)); // every request closes, also one that is whole
    });
  });
}

function cutShort(cause: unknown): LockstepError {
  return new LockstepError('request_invalid', 'The request body is incomplete', {
    hint: 'send the request again',
    cause,
  });
}

function tooLarge(maxBytes: number): LockstepError {
  return new LockstepError('body_too_large', `The body is larger than ${maxBytes} bytes`, {
    hint: 'send a smaller body',
  });
}

import type { IncomingMessage } from 'node:http';
import { isMultipart } from './api/multipart.js';

export const BODY_MAX_BYTES = 1024 * 1024;
/** The largest file that Stripe takes (https://docs.stripe.com/file-upload), and the form around it. */
export const UPLOAD_MAX_BYTES = 16 * 1024 * 1024 + 64 * 1024;

/** The whole body, or undefined as soon as it is too long. */
export function bodyOf(request: IncomingMessage, maxBytes = BODY_MAX_BYTES): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.removeAllListeners('data');
        request.resume();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    const encoding = isMultipart(request.headers['content-type']) ? 'latin1' : 'utf8';
    request.on('end', () => resolve(Buffer.concat(chunks).toString(encoding)));
    request.on('error', reject);
  });
}

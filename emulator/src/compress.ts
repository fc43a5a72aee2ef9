import { gzipSync } from 'node:zlib';
import type { Reply } from './send.js';

/** Shorter than this, an answer fits into one packet anyway. */
const MIN_BYTES = 1_400;
/** A level that takes a millisecond for a hundred kilobytes: the server does nothing else in that time. */
const LEVEL = 4;
const TEXT = /^(?:text\/|application\/json|image\/svg)/;

/** The reply, compressed if its reader takes that and it is a long text. @param accepts the header `accept-encoding` */
export function compressed<R extends Reply>(reply: R, accepts: string | string[] | undefined): R {
  const { headers, body } = reply;
  if (body.length < MIN_BYTES || !TEXT.test(headers['content-type'] ?? '')) return reply;
  const vary = [headers['vary'], 'accept-encoding'].filter((name) => name !== undefined).join(', ');
  if (!takesGzip(String(accepts ?? ''))) return { ...reply, headers: { ...headers, vary } };
  return {
    ...reply,
    headers: { ...headers, vary, 'content-encoding': 'gzip' },
    body: gzipSync(body, { level: LEVEL }),
  };
}

/** `gzip;q=0` refuses it. */
const takesGzip = (accepts: string): boolean => /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s*,|\s*$))/i.test(accepts);

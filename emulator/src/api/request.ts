import type { Faults } from '../delivery/fault.js';
import type { Json } from '../state/rows.js';
import { decodeForm } from './form.js';
import { isMultipart, uploaded } from './multipart.js';
import { isHash } from './params.js';
import { invalid } from './problem.js';

export interface ApiRequest {
  verb: string;
  /** Without the query. */
  path: string;
  query: string;
  /** As UTF-8; that of an upload byte by byte, as latin1. */
  body: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Whether a page of another origin asks: it may do what Stripe.js does, with a publishable key. */
  guest?: boolean;
}

export interface ApiReply {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The connection is to be cut instead of answered: a fault. */
  cut?: true;
  /** The fault that made the answer what it is. */
  fault?: keyof Faults;
}

export function header({ headers }: ApiRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * Who is no app under test: the dashboard, and fixtures, which set the scene. No fault and no limit hits them, nor do they
 * count as one that might. They say so in the header `lockstep-client`.
 */
export type OwnClient = 'dashboard' | 'fixture';

export function ownClient({ 'lockstep-client': client }: ApiRequest['headers']): OwnClient | undefined {
  return client === 'dashboard' || client === 'fixture' ? client : undefined;
}

/**
 * The key that a browser sends among the parameters. It is found without decoding them: what decoding costs is spent only on
 * a caller with a key.
 */
export function keyInParameters({ verb, path, query, body, headers }: ApiRequest): string | undefined {
  const isUpload = path === '/v1/files' && isMultipart(headers['content-type']);
  const sent = verb === 'GET' || path.startsWith('/v2/') ? undefined : (isUpload ? PART : PAIR).exec(body)?.[1];
  const key = sent ?? PAIR.exec(query)?.[1];
  return key === undefined || !key.includes('%') ? key : decoded(key);
}

const PAIR = /(?:^|&)key=([^&]{0,300})/;
const PART = /name="key"\r\n\r\n([^\r\n]{0,300})/;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @throws Problem when the body is none that Stripe reads. */
export async function parametersOf({ verb, path, query, body, headers }: ApiRequest): Promise<Json> {
  if (path.startsWith('/v2/')) return { ...decodeForm(query), ...(body === '' ? {} : decodeJson(body)) };
  const type = headers['content-type'];
  if (path === '/v1/files' && isMultipart(type)) return uploaded(body, type);
  if (body !== '' && typeof type === 'string' && !type.startsWith('application/x-www-form-urlencoded')) {
    throw invalid(
      'Invalid request (check that your POST content type is application/x-www-form-urlencoded). ' +
        'If you have questions, we can help at https://support.stripe.com/.',
    );
  }
  return { ...decodeForm(query), ...(verb === 'GET' ? {} : decodeForm(body)) };
}

/** The second API is sent JSON; its values are read like those of a form. */
function decodeJson(body: string): Json {
  try {
    const sent: unknown = JSON.parse(body);
    if (isHash(sent)) return asForm(sent) as Json;
  } catch {
    // Said below.
  }
  throw invalid('The request body is no JSON object.');
}

function asForm(value: unknown): unknown {
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return String(value);
  if (Array.isArray(value)) return value.map(asForm);
  if (isHash(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asForm(item)]));
  return '';
}

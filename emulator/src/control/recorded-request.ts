import { decodeForm } from '../api/form.js';
import type { Json } from '../state/rows.js';
import type { WholeRequest } from './request-log.js';

/** A request that an app made to the API of the emulator, with what was sent and answered. */
export interface RecordedRequest {
  /** `req_…`. */
  id: string;
  /** Epoch milliseconds, in the emulator's time. */
  at: number;
  /** `GET`, `POST`, or `DELETE`. */
  method: string;
  /** Without the query: `/v1/customers`. */
  path: string;
  /** What was sent in the query and the body. Values of a form are texts. Card numbers and CVCs are hidden. */
  params: Record<string, unknown>;
  /** `stripe-account`; null: the own one. */
  account: string | null;
  /** Null: none was sent. */
  idempotency_key: string | null;
  /** Of the answer. */
  status: number;
  /** The answer. Null if it was longer than 16,000 characters. */
  answer: unknown;
}

/** Which requests are meant. What is left out may be anything. */
export interface RequestFilter {
  /** `GET`, `POST`, or `DELETE`, in any case. Default: any. */
  method?: string;
  /** The whole path. A `*` stands for one part: `/v1/customers/*`. Default: any. */
  path?: string;
  /**
   * What must be among the parameters, at any depth. Values are compared as texts, as a form sends them: `500` fits
   * `'500'`, and `null` fits `''`. A list fits if it begins with these values. Default: any.
   */
  params?: Readonly<Record<string, unknown>>;
  /** `stripe-account`; null: none was sent. Default: any. */
  account?: string | null;
  /** Null: none was sent. Default: any. */
  idempotency_key?: string | null;
  /** Of the answer. Default: any. */
  status?: number;
  /** What must be in the answer, compared as `params` is: `{ error: { code: 'card_declined' } }`. Default: any. */
  answer?: Readonly<Record<string, unknown>>;
}

/** Reads the texts of the log. */
export function recorded({ id, at, verb, path, sent, answer, ...request }: WholeRequest): RecordedRequest {
  const { account, idempotency_key, status } = request;
  return {
    id,
    at,
    method: verb,
    path,
    params: paramsOf(path, sent),
    account,
    idempotency_key,
    status,
    answer: json(answer),
  };
}

/** What a request lacks to fit, as `field: expected …, but it was …`. Empty: it fits. */
export function differences(request: RecordedRequest, filter: RequestFilter): string[] {
  const { method, path, params, answer, ...plain } = filter;
  const found: string[] = [];
  const differs = (field: string, wanted: unknown, has: unknown): void => {
    found.push(`${field}: expected ${shown(wanted)}, but it was ${shown(has)}`);
  };
  if (method !== undefined && method.toUpperCase() !== request.method) differs('method', method, request.method);
  if (path !== undefined && !fitsPath(request.path, path)) differs('path', path, request.path);
  for (const [name, wanted] of Object.entries(plain)) {
    const has = request[name as keyof typeof plain];
    if (wanted !== undefined && has !== wanted) differs(name, wanted, has);
  }
  if (params !== undefined) compare('params', params, request.params, differs);
  if (answer !== undefined) compare('answer', answer, request.answer, differs);
  return found;
}

export const fits = (request: RecordedRequest, filter: RequestFilter): boolean =>
  differences(request, filter).length === 0;

function compare(
  at: string,
  wanted: unknown,
  has: unknown,
  differs: (field: string, wanted: unknown, has: unknown) => void,
): void {
  if (typeof wanted !== 'object' || wanted === null) {
    if (textOf(wanted) !== textOf(has)) differs(at, wanted, has);
    return;
  }
  if (typeof has !== 'object' || has === null) return differs(at, wanted, has);
  for (const [key, value] of Object.entries(wanted)) {
    compare(`${at}.${key}`, value, (has as Record<string, unknown>)[key], differs);
  }
}

/** A form has texts only: it unsets with an empty one. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return value === null ? '' : JSON.stringify(value);
}

function fitsPath(path: string, wanted: string): boolean {
  const parts = wanted.split('/');
  const has = path.split('/');
  return parts.length === has.length && parts.every((part, index) => part === '*' || part === has[index]);
}

function paramsOf(path: string, sent: string): Record<string, unknown> {
  if (!path.startsWith('/v2/')) return form(sent);
  const start = sent.indexOf('{');
  if (start === -1) return form(sent);
  const body = json(sent.slice(start));
  return { ...form(sent.slice(0, start).replace(/&$/, '')), ...(body as Json | null) };
}

/** What cannot be read as a form was refused for that, and has no parameters. */
function form(text: string): Record<string, unknown> {
  try {
    return decodeForm(text);
  } catch {
    return {};
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const SHOWN_MAX = 200;

/** A value in a message. */
function shown(value: unknown): string {
  if (value === undefined) return 'not sent';
  const text = JSON.stringify(value);
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
}

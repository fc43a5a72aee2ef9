import { base } from './base.js';
import { encode, type Param } from '../../web/shared/encode.js';
import { tellTime } from '../../web/shared/moment.js';

export interface Info {
  readonly account: string;
  /** The namespace that the page shows. Null: the default account. */
  readonly namespace: string | null;
  readonly api_version: string;
  readonly publishable_key: string;
  readonly secret_key: string;
  readonly persisted: boolean;
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

export type Params = { readonly [key: string]: Param | undefined };

/** The emulator refused a request, or did not answer (`status` 0). The message can be shown to the user. */
export class ApiError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Calls the emulator's Stripe API with the emulator's secret key. */
export class Api {
  readonly info: Info;

  constructor(info: Info) {
    this.info = info;
  }

  static async open(): Promise<Api> {
    return new Api(await answer<Info>(fetch(`${base()}/_emulator/info`)));
  }

  /** @param search words that the rows of a list must have */
  get<T>(path: string, params: Params = {}, search = ''): Promise<T> {
    const query = encode(params).toString();
    const headers = search === '' ? {} : { 'lockstep-search': encodeURIComponent(search) };
    return this.#send<T>('GET', query === '' ? path : `${path}?${query}`, { headers });
  }

  post<T>(path: string, params: Params = {}): Promise<T> {
    return this.#send<T>('POST', path, { body: encode(params) });
  }

  delete<T>(path: string): Promise<T> {
    return this.#send<T>('DELETE', path);
  }

  #send<T>(method: string, path: string, init: Pick<RequestInit, 'body'> & { headers?: object } = {}): Promise<T> {
    // `lockstep-client` keeps the dashboard's own reads out of the request log.
    const own = { authorization: `Bearer ${this.info.secret_key}`, 'lockstep-client': 'dashboard' };
    return answer<T>(fetch(base() + path, { ...init, method, headers: { ...init.headers, ...own } }));
  }
}

/** Calls one of the emulator's own routes, under `/_emulator`: POST if there is a body, else GET. JSON both ways. */
export function own<T>(path: string, body?: unknown): Promise<T> {
  if (body === undefined) return answer<T>(fetch(base() + path));
  const headers = { 'content-type': 'application/json' };
  return answer<T>(fetch(base() + path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answer<T>(sent: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await sent;
  } catch {
    throw new ApiError('The emulator does not answer. Check that it is still running.', 0);
  }
  tellTime(Date.parse(response.headers.get('date') ?? '') || Date.now());
  const body = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
  if (response.ok && body !== null) return body as T;
  const message = body?.error?.message ?? `The emulator answered ${response.status} without a reason.`;
  throw new ApiError(message, response.status);
}

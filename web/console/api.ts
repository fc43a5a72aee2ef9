import { signal } from '@preact/signals';
import type { SessionJson } from '../../src/http/console/answers.js';
import { sentence } from '../shared/request.js';

/** Who is signed in. undefined: not known yet. null: nobody. */
export const session = signal<SessionJson | null | undefined>(undefined);

/** A request failed. The message is for the operator: what the service answered, and its hint. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
  ) {
    super(message);
  }
}

/** The address of the console, whatever path it is mounted below. It ends with a slash. */
const base = location.pathname.endsWith('/') ? location.pathname : `${location.pathname}/`;

export const liveAddress = `${base}api/live`;

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Asks a route of the console. @throws Failure */
export function ask<T>(path: string, query: Query = {}): Promise<T> {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  const search = new URLSearchParams(given).toString();
  return send<T>(`${path}${search === '' ? '' : `?${search}`}`, {});
}

/** Does something. @throws Failure */
export function tell<T>(path: string, body: object = {}): Promise<T> {
  const csrf = session.value?.csrf;
  return send<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(csrf === undefined ? {} : { 'x-lockstep-csrf': csrf }) },
    body: JSON.stringify(body),
  });
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`${base}api${path}`, init).catch(() => {
    throw new Failure('The service does not answer. Check that it is running.', 0, 'unreachable');
  });
  const answer = (await response.json().catch(() => null)) as {
    error?: { code?: string; message?: string; hint?: string };
  } | null;
  if (response.ok) return answer as T;
  if (response.status === 401 && path !== '/sign-in') session.value = null;
  const {
    code = '',
    message = `The service answered ${response.status} without a reason.`,
    hint,
  } = answer?.error ?? {};
  throw new Failure(hint ? `${sentence(message)} ${sentence(hint)}` : sentence(message), response.status, code);
}

/** Finds out who is signed in. @throws Failure the service does not answer */
export async function openSession(): Promise<void> {
  try {
    session.value = await ask<SessionJson>('/session');
  } catch (error) {
    if (!(error instanceof Failure) || error.status !== 401) throw error;
  }
}

export function mayAct(): boolean {
  return session.value?.role === 'act';
}

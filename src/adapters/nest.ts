import type { IncomingMessage, ServerResponse } from 'node:http';
import { LockstepError } from '../kernel/error.js';
import type { AdapterOptions, Fetches } from './handler.js';
import { lockstepFastify, type FastifyLike, type FastifyRequestLike } from './fastify.js';
import { identified } from './handler.js';
import { nodeHandler } from './node-handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** What is used of a NestJS application. */
export interface NestAppLike {
  /** Called where it stands on Express. */
  use(path: string, handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>): unknown;
  /** Asked what it stands on. */
  getHttpAdapter(): { getType(): string; getInstance(): unknown };
  /** Set by NestJS in `app.init()`; no part of its own types. Default: false. */
  isInitialized?: boolean;
}

/** What the adapter for NestJS can be told. */
export interface NestOptions extends AdapterOptions<IncomingMessage> {
  /** The path to mount at, such as `/billing`: the base path. */
  path: string;
}

/** What NestJS calls of a provider when it closes. */
export interface NestProvider<T> {
  /** `LOCKSTEP`. */
  provide: symbol;
  /** Called by NestJS when the application starts. */
  useFactory: () => T & { onApplicationShutdown(): Promise<void> };
}

const HINT =
  'call mountLockstep before app.useBodyParser() and other middleware that reads bodies, or create the app with { rawBody: true }';

/** The token to inject by: `constructor(@Inject(LOCKSTEP) lockstep: Lockstep)`. */
export const LOCKSTEP: symbol = Symbol.for('lockstep.nest');

/**
 * Mounts the service's routes on a NestJS application, on Express or Fastify. In `main.ts`, before `app.init()` and
 * `app.listen()`; a delivery whose body was read is answered `body_parsed`.
 * @throws option_invalid it is too late: NestJS on Express has its routes, and nothing behind them is reached
 */
export async function mountLockstep(app: NestAppLike, lockstep: Fetches, options: NestOptions): Promise<void> {
  const adapter = app.getHttpAdapter();
  if (adapter.getType() === 'fastify') {
    const fastify = adapter.getInstance() as {
      register(plugin: (instance: FastifyLike<FastifyRequestLike>) => Promise<void>, more: { prefix: string }): unknown;
    };
    const { identify } = options;
    const byRaw = identify === undefined ? {} : { identify: ({ raw }: FastifyRequestLike) => identify(raw) };
    await fastify.register(lockstepFastify(lockstep, byRaw), { prefix: options.path });
    return;
  }
  if (app.isInitialized === true) {
    throw new LockstepError('option_invalid', 'The app was initialized before Lockstep was mounted', {
      hint: 'call mountLockstep before app.init() and app.listen()',
    });
  }
  const answer = nodeHandler(lockstep, HINT);
  app.use(options.path, (request, response) =>
    answer(request, response, { basePath: '/', ...identified(options, request) }),
  );
}

/** A provider that injects `lockstep` and stops it when the application closes (`app.enableShutdownHooks()`). */
export function lockstepProvider<T extends { stop(): Promise<void> }>(lockstep: T): NestProvider<T> {
  const provided = Object.assign(Object.create(lockstep) as T, { onApplicationShutdown: () => lockstep.stop() });
  return { provide: LOCKSTEP, useFactory: () => provided };
}

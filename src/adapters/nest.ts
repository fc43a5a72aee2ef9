import type { IncomingMessage, ServerResponse } from 'node:http';
import { LockstepError } from '../kernel/error.js';
import type { AdapterOptions, Fetches } from './handler.js';
import { lockstepFastify, type FastifyLike, type FastifyRequestLike } from './fastify.js';
import { identified } from './handler.js';
import { nodeHandler } from './node-handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** The parts of a NestJS application that the adapter uses. */
export interface NestAppLike {
  /** Called if the application runs on Express. */
  use(path: string, handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>): unknown;
  /** Says whether the application runs on Express or Fastify. */
  getHttpAdapter(): { getType(): string; getInstance(): unknown };
  /** Set by NestJS in `app.init()`. Its own types do not have it. Default: false. */
  isInitialized?: boolean;
}

/** The options of the adapter for NestJS. */
export interface NestOptions extends AdapterOptions<IncomingMessage> {
  /** The path to mount at, such as `/billing`. It is the base path. */
  path: string;
}

/** A provider that NestJS shuts down when the application closes. */
export interface NestProvider<T> {
  /** The token `LOCKSTEP`. */
  provide: symbol;
  /** Called by NestJS when the application starts. */
  useFactory: () => T & { onApplicationShutdown(): Promise<void> };
}

const HINT =
  'call mountLockstep before app.useBodyParser() and other middleware that reads bodies, or create the app with { rawBody: true }';

/** The token to inject by: `constructor(@Inject(LOCKSTEP) lockstep: Lockstep)`. */
export const LOCKSTEP: symbol = Symbol.for('lockstep.nest');

/**
 * Mounts the service's routes on a NestJS application, on Express or Fastify. Call it in `main.ts`, before `app.init()`
 * and `app.listen()`. A delivery whose body was already read is answered `body_parsed`.
 * @throws option_invalid it was called too late: NestJS on Express does not reach routes added after `app.init()`
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

import * as v from 'valibot';
import { LockstepError } from '../../kernel/error.js';
import { createConsoleTokens, roles, type NewToken } from '../../operate/console/tokens.js';
import { Time, type OperationRoute } from '../operations.js';

/** What `lockstep console` asks for: to add, to revoke, or (neither) to list. */
export interface ConsoleTokenAsk {
  add?: NewToken | undefined;
  revoke?: string | undefined;
}

const Asked = v.strictObject({
  add: v.optional(
    v.strictObject({
      id: v.pipe(v.string(), v.regex(/^[0-9a-f]{10}$/)),
      name: v.pipe(v.string(), v.minLength(1), v.maxLength(60)),
      role: v.picklist(roles),
      hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      expiresAt: v.optional(Time),
    }),
  ),
  revoke: v.optional(v.string()),
});

/**
 * The tokens of the console, for the command beside a service with an embedded database, which no other process can
 * open. With PostgreSQL the command opens the database itself, so that the service's token never opens the console.
 * @throws forbidden the database is PostgreSQL
 */
export const consoleTokenRoute: OperationRoute<ConsoleTokenAsk, never, unknown> = {
  method: 'POST',
  path: '/v1/operations/console-tokens',
  caller: 'operator',
  asked: Asked,
  times: ['createdAt', 'expiresAt', 'usedAt'],
  run({ database, clock }, { add, revoke }) {
    if (database.capabilities.concurrent) {
      throw new LockstepError('forbidden', 'The service token may not change who opens the console', {
        hint: 'run lockstep console with DATABASE_URL',
      });
    }
    const tokens = createConsoleTokens(database, clock);
    if (add !== undefined) return tokens.add(add);
    if (revoke !== undefined) return tokens.revoke(revoke);
    return tokens.list();
  },
};

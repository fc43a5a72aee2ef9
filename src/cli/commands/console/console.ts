import { LockstepError } from '../../../kernel/error.js';
import { drawToken, type ConsoleToken, type Role } from '../../../operate/console/tokens.js';
import { withConsoleTokens, type OperateOffline } from '../../operate.js';
import { parseDuration } from '../../terminal/moment-of.js';
import { moment, table } from '../../terminal/table.js';

export interface ConsoleCommand extends OperateOffline {
  action: 'add' | 'list' | 'revoke';
  name: string | undefined;
  role: Role;
  forTime: string | undefined;
  json: boolean;
}

/** Adds, lists, or revokes tokens of the console. The secret of a new one is shown once, and only its hash is kept. */
export async function consoleTokens({ action, name, role, forTime, json, ...where }: ConsoleCommand): Promise<void> {
  switch (action) {
    case 'add': {
      const text = await add({ name: named(name, action), role, forTime, json }, where);
      return console.log(text);
    }
    case 'list': {
      const tokens = await withConsoleTokens(where, (all) => all.list());
      return console.log(json ? JSON.stringify(tokens) : linesOf(tokens).join('\n'));
    }
    case 'revoke': {
      const revoked = await withConsoleTokens(where, (all) => all.revoke(named(name, action)));
      return console.log(json ? JSON.stringify(revoked) : `  Revoked ${revoked.name}. Its sessions have ended`);
    }
    default:
      return action satisfies never;
  }
}

type Asked = Pick<ConsoleCommand, 'role' | 'forTime' | 'json'> & { name: string };

async function add({ name, role, forTime, json }: Asked, where: OperateOffline): Promise<string> {
  const expiresAt = forTime === undefined ? undefined : new Date(Date.now() + parseDuration(forTime));
  const { text, id, hash } = drawToken();
  const token = await withConsoleTokens(where, (all) => all.add({ id, name, role, hash, expiresAt }));
  if (json) return JSON.stringify({ ...token, text });
  const until = token.expiresAt === null ? 'until it is revoked' : `until ${moment(token.expiresAt, new Date())}`;
  return [
    `  ${token.name} may ${token.role === 'act' ? 'look and act' : 'look'}, ${until}`,
    `  token  ${text}`,
    '  next   open /console of the service and sign in. The token is not shown again',
  ].join('\n');
}

/** @throws option_invalid */
function named(name: string | undefined, action: string): string {
  if (name !== undefined && /^[\w.@ -]{1,60}$/.test(name)) return name;
  throw new LockstepError(
    'option_invalid',
    name === undefined ? `Say whose token to ${action}` : `${JSON.stringify(name)} is not a valid name`,
    { hint: `lockstep console ${action} ada; letters, digits, and . @ - _ are allowed` },
  );
}

function linesOf(tokens: readonly ConsoleToken[]): string[] {
  if (tokens.length === 0) {
    return ['  No tokens, so the console is off', '  next  lockstep console add NAME --role act'];
  }
  const now = new Date();
  const rows = tokens.map(({ name, role, createdAt, expiresAt, usedAt }) => [
    name,
    role,
    moment(createdAt, now),
    expiresAt === null ? '–' : moment(expiresAt, now),
    usedAt === null ? 'never' : moment(usedAt, now),
  ]);
  return table(['name', 'role', 'created', 'expires', 'last sign-in'], rows);
}

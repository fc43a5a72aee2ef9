import { InvalidArgumentError } from 'commander';
import type { Roles } from '../../../engine/engine.js';
import { nearest } from '../../../kernel/nearest.js';

/** What a process of `serve` does by itself. Every process answers the other HTTP routes. */
const roles = ['receive', 'prove', 'sweep'] as const;
export type ServeRole = (typeof roles)[number];

export const allRoles: readonly ServeRole[] = roles;

/** `--roles receive,prove` */
export function parseRoles(text: string): readonly ServeRole[] {
  const named = text.split(',').map((each) => each.trim());
  for (const each of named) {
    if (isRole(each)) continue;
    const near = nearest(each, roles);
    const hint = near === undefined ? `They are ${roles.join(', ')}.` : `Did you mean ${near}?`;
    throw new InvalidArgumentError(`"${each}" is no role. ${hint}`);
  }
  return named.filter(isRole);
}

const isRole = (text: string): text is ServeRole => (roles as readonly string[]).includes(text);

/** Who sweeps also reads Stripe's list of events and keeps the inbox in order. */
export function rolesOf(chosen: readonly ServeRole[]): Roles {
  const sweeps = chosen.includes('sweep');
  return { receive: chosen.includes('receive'), prove: chosen.includes('prove'), sweep: sweeps, feed: sweeps };
}

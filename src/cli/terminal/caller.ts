import { hostname, userInfo } from 'node:os';

/** Who runs the command: the user of this machine. */
export function caller(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return hostname(); // a container may run as a user without a name
  }
}

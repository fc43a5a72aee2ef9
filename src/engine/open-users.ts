import * as v from 'valibot';
import { fitUsers, missingPart } from '../billing/users/fit-users.js';
import { createProfiles, readBlanks, type Profiles } from '../billing/users/profiles.js';
import { UsersOptions, type UsersConfig } from '../billing/users/users.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import type { Config } from './config.js';

/**
 * The app's own tables as configured and as they are; null where there are none.
 * @throws option_invalid the configuration names what is not in the database
 */
export async function usersOf(config: Config, database: Database, log: Log): Promise<UsersConfig | null> {
  if (config.users === null) return null;
  const users = config.users ?? v.parse(UsersOptions, {});
  const missing = await missingPart(database, users);
  if (missing === undefined) return fitUsers(database, users, log);
  const { what, near } = missing;
  if (config.users !== undefined) {
    throw new LockstepError('option_invalid', `This database has no ${what}`, {
      hint: near === undefined ? 'correct the option users, or set it to null' : `did you mean ${near}?`,
    });
  }
  log.info({ event: 'users.absent', missing: what });
  return null;
}

export interface ProfilesDeps {
  database: Database;
  source: Source;
  log: Log;
}

/** The profile rows, which follow each proof from now on; those that are there are adopted. */
export async function openProfiles(
  config: Config,
  users: UsersConfig,
  { database, source, log }: ProfilesDeps,
): Promise<Profiles> {
  const blanks = await readBlanks(database, users);
  const profiles = createProfiles({ source, mirrorSchema: config.mirrorSchema, config: users, blanks, log });
  await database.within('listing').transaction((tx) => profiles.adopt(tx));
  return profiles;
}

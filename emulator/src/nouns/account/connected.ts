import { invalid } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import type { AccountRow } from './row.js';

/** A connected account. @throws Problem `account_invalid` */
export function connected(unit: Unit, id: string): AccountRow {
  const row = unit.find('account', id);
  if (row !== undefined) return row;
  throw invalid(
    `The provided key does not have access to account '${id}' (or that account does not exist). Application access may have been revoked.`,
    undefined,
    'account_invalid',
    403,
  );
}

/** The own account or a connected one. @throws Problem `account_invalid` */
export function needAccount(unit: Unit, id: string): void {
  if (id !== unit.store.identity.account) connected(unit, id);
}

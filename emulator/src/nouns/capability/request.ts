import { flag, hash, mapOf } from '../../api/params.js';
import type { Unit } from '../../state/unit.js';
import type { CapabilityRow } from './row.js';

export const capabilitiesSent = () => mapOf(hash({ requested: flag() }));

export const idOfCapability = (account: string, name: string): string => `${account}/${name}`;

const NONE = {
  alternatives: [],
  current_deadline: null,
  currently_due: [],
  disabled_reason: null,
  errors: [],
  eventually_due: [],
  past_due: [],
  pending_verification: [],
};

/** What an account may do is granted at once: here nobody is verified. `capability.updated` for each. */
export function requestCapabilities(
  unit: Unit,
  account: string,
  sent: Readonly<Record<string, { requested?: boolean }>>,
): void {
  for (const [name, { requested }] of Object.entries(sent)) {
    if (requested !== undefined) request(unit, account, name, requested);
  }
}

/** `capability.updated`. */
export function request(unit: Unit, account: string, name: string, requested: boolean): CapabilityRow {
  const id = idOfCapability(account, name);
  const state = { requested, requested_at: requested ? unit.now : null, status: statusOf(unit, account, requested) };
  if (unit.find('capability', id) !== undefined) return unit.update('capability', id, state);
  return unit.insert('capability', {
    id,
    object: 'capability',
    account,
    future_requirements: NONE,
    requirements: NONE,
    ...state,
    hidden: { name },
  });
}

/** After an account was rejected, or taken back. */
export function settleAccount(unit: Unit, account: string): void {
  for (const row of unit.all('capability', 'account', account)) {
    unit.update('capability', row.id, { status: statusOf(unit, account, row.requested) });
  }
}

function statusOf(unit: Unit, account: string, requested: boolean): CapabilityRow['status'] {
  if (!requested) return 'unrequested';
  return unit.need('account', account).hidden?.rejected == null ? 'active' : 'inactive';
}

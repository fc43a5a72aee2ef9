import { LockstepError } from '../../../kernel/error.js';
import type { MigrationState } from '../../../store/migration-state.js';
import { withReports, type OperateOffline } from '../../operate.js';
import { columns } from '../../terminal/columns.js';
import { moment } from '../../terminal/table.js';

/** Lists the migrations. The exit code: 0 nothing is pending, 1 something is. */
export async function migrationStatus(where: OperateOffline): Promise<0 | 1> {
  const state = await withReports(where, (reports) => reports.migrations());
  if (state.applied === null) {
    throw new LockstepError('database_forbidden', `The role ${state.role} may not look at the migrations`, {
      hint: `run as a role that may grant it: ${state.lacksToRun.join('; ')}`,
    });
  }
  console.log(linesOf(state).join('\n'));
  return isPending(state) ? 1 : 0;
}

function isPending({ pending, isMirrorCurrent }: MigrationState): boolean {
  return pending.length > 0 || !isMirrorCurrent;
}

function linesOf(state: MigrationState): string[] {
  const { applied, pending, mirrorVersion, isMirrorCurrent, lacksToMigrate, filling } = state;
  const now = new Date();
  const mirror = mirrorVersion === null ? 'none yet' : `of API version ${mirrorVersion}`;
  const rows = [
    ...(applied ?? []).map(({ name, appliedAt }) => [name, `applied ${moment(appliedAt, now)}`]),
    ...pending.map((name) => [name, 'pending']),
    ["tables of Stripe's objects", isMirrorCurrent ? mirror : `${mirror}, pending`],
    ...filling.map(({ table, columns: names }) => [table, `being filled: ${names.join(', ')}`]),
  ];
  if (!isPending(state)) return [...columns(rows), '  nothing is pending'];
  const grant = lacksToMigrate.length === 0 ? '' : `; this role may not: ${lacksToMigrate.join('; ')}`;
  return [...columns(rows), `  next  run lockstep migrate; lockstep migrate --print shows the SQL${grant}`];
}

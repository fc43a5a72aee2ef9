// @ts-check
// What is looked at every minute of a soak.
import { readFileSync } from 'node:fs';

/**
 * @typedef {import('../receivers/receiver.mjs').Query} Query
 * @typedef {{ at: number, what: string, accepted: number, perSecond: number, rssMib: number, marks: number, lagSeconds: number,
 *   bytes: number, dead: number }} Minute `at`: seconds since the load began. `what`: what was going wrong.
 *   `accepted`: so far. `perSecond`: since the one before. `marks`: objects not proven yet; `lagSeconds`: how long the
 *   oldest of them has waited. `bytes`: all tables with their indexes. `dead`: row versions that are no longer needed
 */

/**
 * Bytes of all tables of Lockstep's schemas, with their indexes and what is stored beside them.
 * @param {Query} query
 */
export async function bytesOf(query) {
  const [row] = await query(`
    select sum(pg_total_relation_size(c.oid))::float8 as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('lockstep', 'stripe') and c.relkind = 'r'`);
  return Number(row?.['bytes']);
}

/**
 * The largest tables: bytes of their rows, of their indexes, and of what is stored beside them.
 * @param {Query} query
 * @returns {Promise<{ name: string, rows: number, indexes: number, beside: number }[]>}
 */
export async function tablesOf(query) {
  const rows = await query(`
    select coalesce(p.relname, c.relname) as name, sum(pg_relation_size(c.oid))::float8 as rows,
      sum(pg_indexes_size(c.oid))::float8 as indexes,
      sum(pg_total_relation_size(c.oid) - pg_relation_size(c.oid) - pg_indexes_size(c.oid))::float8 as beside
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
    where n.nspname in ('lockstep', 'stripe') and c.relkind = 'r'
    group by 1 order by sum(pg_total_relation_size(c.oid)) desc limit 12`);
  return rows.map(({ name, rows: own, indexes, beside }) => ({ name, rows: own, indexes, beside }));
}

/**
 * @param {Query} query
 * @param {{ pid: number, accepted: number, what: string, began: number }} now
 * @param {Minute | undefined} before
 * @returns {Promise<Minute>}
 */
export async function minuteOf(query, { pid, accepted, what, began }, before) {
  const [marks] = await query(`
    select count(*)::int as marks, coalesce(extract(epoch from now() - min(hinted_at)), 0)::float8 as lag from lockstep.dirty`);
  const [dead] = await query(`
    select coalesce(sum(n_dead_tup), 0)::float8 as dead from pg_stat_user_tables where schemaname in ('lockstep', 'stripe')`);
  const bytes = await bytesOf(query);
  const at = (performance.now() - began) / 1_000;
  return {
    at,
    what,
    accepted,
    perSecond: (accepted - (before?.accepted ?? 0)) / (at - (before?.at ?? 0)),
    rssMib: rssOf(pid) / 2 ** 20,
    marks: marks?.['marks'],
    lagSeconds: marks?.['lag'],
    bytes,
    dead: dead?.['dead'],
  };
}

/** @param {Minute} minute */
export function lineOf({ at, what, accepted, perSecond, rssMib, marks, lagSeconds, bytes, dead }) {
  return [
    `${at.toFixed(0).padStart(6)} s`,
    `${accepted.toString().padStart(8)} accepted, ${perSecond.toFixed(0).padStart(5)}/s`,
    `${rssMib.toFixed(0).padStart(4)} MiB`,
    `${String(marks).padStart(6)} to prove, oldest ${lagSeconds.toFixed(0)} s`,
    `${(bytes / 2 ** 20).toFixed(0)} MiB of tables, ${dead} dead rows`,
    what,
  ].join('  ');
}

/**
 * Resident bytes of a process; 0 while it is away.
 * @param {number} pid
 */
function rssOf(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}

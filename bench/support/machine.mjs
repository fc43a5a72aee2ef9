// @ts-check
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * Where the figures come from.
 * @typedef {{ processor: string, memoryGib: number, node: string, databases: string[], load: number, commit: string,
 *   date: string }} Machine
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param {import('pg').Client | undefined} admin of the PostgreSQL that is used, if any
 * @param {{ pglite?: boolean }} [options] whether the embedded database is used
 * @returns {Promise<Machine>}
 */
export async function machineOf(admin, { pglite = false } = {}) {
  return {
    processor: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    databases: [...(admin === undefined ? [] : [await postgresOf(admin)]), ...(pglite ? [pgliteVersion()] : [])],
    load: loadavg()[0] ?? 0,
    commit: commitOf(),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** @param {Machine} machine */
export function printMachine({ processor, memoryGib, node, databases, load, commit }) {
  console.log(`machine   ${processor}, ${memoryGib} GiB, load ${load.toFixed(2)} before`);
  console.log(`versions  commit ${commit}, Node ${node}`);
  for (const database of databases) console.log(`database  ${database}`);
}

/**
 * The same in a sentence, for a page.
 * @param {Machine} machine
 */
export function machineSentence({ processor, memoryGib, node, databases, load, commit, date }) {
  const uses = [`Node ${node}`, ...databases].join(', ');
  return `${date}, commit ${commit}. ${processor}, ${memoryGib} GiB, load ${load.toFixed(2)} before. ${uses}.`;
}

/** @param {import('pg').Client} admin */
async function postgresOf(admin) {
  const { rows } = await admin.query(`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commit, current_setting('shared_buffers') as buffers`);
  const [{ version, fsync, commit, buffers }] = rows;
  const settings = `fsync ${fsync}, synchronous_commit ${commit}, shared_buffers ${buffers}`;
  return `PostgreSQL ${version.split(' ')[0]} (${settings})`;
}

function pgliteVersion() {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return `PGlite ${JSON.parse(text).dependencies['@electric-sql/pglite']} on disk, each commit synced`;
}

/** What the figures are of. A page that was written before, by another bench, changes nothing of it. */
function commitOf() {
  /** @type {(args: string[]) => string} */
  const git = (args) =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git(['status', '--porcelain', '--', '.', ':!docs']) !== '';
    return `${git(['rev-parse', '--short', 'HEAD'])}${changed ? ', changed' : ''}`;
  } catch {
    return 'unknown'; // a copy without its history
  }
}

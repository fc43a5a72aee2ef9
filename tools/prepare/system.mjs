// @ts-check
// Installs the system programs that only the tests need, with Debian's apt; runs before `npm test`.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const OLDEST_POSTGRES = 14;

/**
 * What the tests need, the Debian packages that bring it, and how to see that it is there. `skipped`: what is not tested
 * where it cannot be installed; without it, the tests do not run at all.
 *
 * @type {{ name: string, packages: string[], present: () => boolean, skipped?: string }[]}
 */
const needs = [
  { name: 'Chromium', packages: ['chromium'], present: () => onPath('chromium', 'chromium-browser', 'google-chrome') },
  { name: `PostgreSQL ≥ ${OLDEST_POSTGRES}`, packages: ['postgresql'], present: hasPostgres },
  { name: 'PgBouncer', packages: ['pgbouncer'], present: () => executable('/usr/sbin/pgbouncer') },
  { name: 'systemd-analyze', packages: ['systemd'], present: () => onPath('systemd-analyze') },
  {
    name: 'promtool',
    packages: ['prometheus'],
    present: () => onPath('promtool'),
    skipped: 'the alert rules for Prometheus',
  },
  {
    name: 'Django',
    packages: ['python3-django', 'python3-psycopg2'],
    present: hasDjango,
    skipped: 'the site of examples/django',
  },
  {
    name: 'Stripe’s library for Python',
    packages: ['python3-stripe'],
    present: () => existsSync('/usr/lib/python3/dist-packages/stripe/__init__.py'),
    skipped: 'the emulator with a client in Python',
  },
];

const missing = needs.filter(({ present }) => !present());
if (missing.length > 0) install(missing.flatMap((need) => need.packages));
const absent = missing.filter(({ present }) => !present());
for (const { name, packages, skipped } of absent.filter(({ skipped }) => skipped !== undefined)) {
  console.warn(`\n  NOT TESTED: ${skipped}, since this machine has no ${name}.`);
  console.warn(`  As root: apt-get update && apt-get install -y ${packages.join(' ')}\n`);
}
const still = absent.filter(({ skipped }) => skipped === undefined);
if (still.length > 0) {
  console.error(`The tests need ${still.map(({ name }) => name).join(' and ')}, which this machine does not have.`);
  console.error(
    `Install it as root: apt-get update && apt-get install -y ${still.flatMap((need) => need.packages).join(' ')}`,
  );
  console.error('Then run the same command again; no test is skipped for want of a program.');
  process.exit(1);
}

/** @param {string[]} packages */
function install(packages) {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return;
  const began = Date.now();
  console.log(`installing ${packages.join(' and ')} with apt-get …`);
  const ok = apt('update') && apt('install', '-y', '--no-install-recommends', ...packages);
  if (ok) console.log(`installed ${packages.join(' and ')} in ${Math.round((Date.now() - began) / 1000)} s`);
}

/** @param {string[]} args */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Another apt may be running on a fresh machine: wait for it rather than fail.
  const options = ['-q', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=120'];
  const run = spawnSync('apt-get', [...options, ...args], { env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (run.status === 0) return true;
  console.error(`${run.stdout}${run.stderr}`.trimEnd().split('\n').slice(-15).join('\n'));
  console.error(`apt-get ${args.join(' ')} failed`);
  return false;
}

function hasPostgres() {
  if (debianPostgres().some((version) => version >= OLDEST_POSTGRES)) return true;
  const run = spawnSync('pg_config', ['--version'], { encoding: 'utf8' });
  const found = run.status === 0 && Number(/\d+/.exec(run.stdout)?.[0]) >= OLDEST_POSTGRES;
  const bindir = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim();
  return (found && executable(join(bindir, 'initdb'))) || onPath('initdb');
}

/** Debian's own Python: another one does not see Debian's packages. */
function hasDjango() {
  return ['/usr/bin/python3', 'python3'].some(
    (python) => spawnSync(python, ['-c', 'import django, psycopg2']).status === 0,
  );
}

function debianPostgres() {
  const root = '/usr/lib/postgresql';
  try {
    return readdirSync(root)
      .filter((version) => executable(join(root, version, 'bin', 'initdb')))
      .map(Number);
  } catch {
    return [];
  }
}

/** @param {string[]} names */
function onPath(...names) {
  const dirs = (process.env.PATH ?? '').split(delimiter).filter((dir) => dir !== '');
  return dirs.some((dir) => names.some((name) => executable(join(dir, name))));
}

/** @param {string} file */
function executable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

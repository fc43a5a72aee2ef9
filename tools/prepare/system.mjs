// @ts-check
// Installs the system programs that only the tests need, with Debian's apt; runs before `npm test`.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const OLDEST_POSTGRES = 14;

/**
 * What the tests need, the Debian package that brings it, and how to see that it is there. Without an optional one, a
 * test that says so is skipped.
 * @type {{ name: string, package: string, present: () => boolean, optional?: true }[]}
 */
const needs = [
  { name: 'Chromium', package: 'chromium', present: () => onPath('chromium', 'chromium-browser', 'google-chrome') },
  { name: `PostgreSQL ≥ ${OLDEST_POSTGRES}`, package: 'postgresql', present: hasPostgres },
  {
    name: 'Stripe’s library for Python',
    package: 'python3-stripe',
    present: () => existsSync('/usr/lib/python3/dist-packages/stripe/__init__.py'),
    optional: true,
  },
];

const missing = needs.filter(({ present }) => !present());
if (missing.length > 0) install(missing.map((need) => need.package));
const absent = needs.filter(({ present }) => !present());
for (const { name, package: debian } of absent.filter(({ optional }) => optional)) {
  console.warn(`SKIPPED: what needs ${name} is not tested (apt-get install ${debian})`);
}
const still = absent.filter(({ optional }) => !optional);
if (still.length > 0) {
  console.error(`The tests need ${still.map(({ name }) => name).join(' and ')}, which this machine does not have.`);
  console.error(
    `Install it as root: apt-get update && apt-get install -y ${still.map((need) => need.package).join(' ')}`,
  );
  console.error('Then run the same command again; no other test is skipped for want of a program.');
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

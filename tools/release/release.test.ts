// npm run release, and the commands of docs/operations/release.md with which it is checked. It packs what is built.
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const { version, scripts } = JSON.parse(text('package.json')) as { version: string; scripts: Record<string, string> };
const place = mkdtempSync(join(tmpdir(), 'lockstep-release-'));
const folder = join(place, 'release');
const archive = `lockstep-${version}.tgz`;

beforeAll(() => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(place, 'private.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(place, 'lockstep.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  const env = { ...process.env, LOCKSTEP_RELEASE_KEY: join(place, 'private.pem') };
  execFileSync('node', ['tools/release/release.mjs', folder], { cwd: root, env });
});
afterAll(() => rmSync(place, { recursive: true }));

/** The commands of the page, for these files. */
const check = () => {
  const [, commands = ''] = /<!-- run: check -->\n```sh\n([\s\S]+?)```/.exec(text('docs/operations/release.md')) ?? [];
  expect(commands).not.toBe('');
  writeFileSync(join(folder, 'lockstep.pub'), readFileSync(join(place, 'lockstep.pub')));
  return spawnSync('sh', ['-ec', commands], { cwd: folder, encoding: 'utf8' });
};

test('the archive, what is in it, the checksums and the signature are there, and are right', () => {
  expect(readdirSync(folder).sort()).toEqual(
    ['SHA256SUMS', 'SHA256SUMS.sig', archive.replace('tgz', 'sbom.json'), archive].sort(),
  );
  const { status, stdout, stderr } = check();
  expect(`${stdout}${stderr}`).toContain(`${archive}: OK`);
  expect(status).toBe(0);
});

test('the bill of materials names every package that an install brings, with its version, and none for development', () => {
  const { packages } = JSON.parse(text('package-lock.json')) as {
    packages: Record<string, { version: string; dev?: true; devOptional?: true; peer?: true }>;
  };
  const wanted = Object.entries(packages)
    .filter(([name, { dev, devOptional, peer }]) => name !== '' && !dev && !devOptional && !peer)
    .map(([name, one]) => `${name.split('node_modules/').at(-1)}@${one.version}`);
  const bill = JSON.parse(readFileSync(join(folder, archive.replace('tgz', 'sbom.json')), 'utf8')) as {
    components: { name: string; version: string; group?: string }[];
  };
  const listed = bill.components.map(
    ({ name, group, version: of }) => `${group === undefined ? '' : `${group}/`}${name}@${of}`,
  );
  expect([...new Set(listed)].sort()).toEqual([...new Set(wanted)].sort());
});

test('an archive that was changed afterwards is found, and so are checksums that were', () => {
  appendFileSync(join(folder, archive), 'x');
  expect(check().status).not.toBe(0);
  const sums = join(folder, 'SHA256SUMS');
  writeFileSync(
    sums,
    readFileSync(sums, 'utf8').replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
  );
  const { status, stdout } = check();
  expect(stdout).not.toContain('OK');
  expect(status).not.toBe(0);
});

test('the workflow runs scripts that there are, and may ask for the identity that provenance needs', () => {
  const { jobs } = parse(text('deploy/release/github-actions.yml')) as {
    jobs: { release: { permissions: Record<string, string>; steps: { run?: string }[] } };
  };
  expect(jobs.release.permissions).toMatchObject({ 'id-token': 'write' });
  const run = jobs.release.steps.flatMap((step) => (step.run === undefined ? [] : [step.run])).join('\n');
  const named = [...run.matchAll(/npm run (\S+)/g)].map(([, name = '']) => name);
  expect(named).toContain('release');
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  expect(run).toContain('npm publish --provenance');
});

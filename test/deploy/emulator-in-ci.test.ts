import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repositoryText } from '../architecture/repository.js';
import { startProcess } from '../support/command.js';
import { freePort } from '../support/free-port.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const command = join(root, 'dist/cli/main.js');
const script = join(root, 'examples/ci/start-emulator.sh');

interface Step {
  run?: string;
  if?: string;
}
const github = parse(repositoryText('examples/ci/github-actions.yml')) as {
  jobs: { test: { env: Record<string, string>; steps: Step[] } };
};
const gitlab = (
  parse(repositoryText('examples/ci/gitlab-ci.yml')) as {
    test: Record<'after_script' | 'before_script' | 'script', string[]> & { variables: Record<string, string> };
  }
).test;

let cwd: string;
let port: number;
/** A project whose test makes a customer, and a folder of programs that stand for npm. */
beforeEach(async () => {
  [cwd, port] = await Promise.all([mkdtemp(join(tmpdir(), 'lockstep-ci-')), freePort()]);
  await copyFile(script, join(cwd, 'start-emulator.sh'));
  const npm = `#!/bin/sh\n[ "$1" = ci ] || curl --silent --fail -u sk_test_ns_ada: -d name=Ada "$STRIPE_API_BASE/v1/customers"\n`;
  await writeFile(join(cwd, 'npm'), npm);
  await chmod(join(cwd, 'npm'), 0o755);
});
afterEach(async () => {
  const pid = await readFile(join(cwd, 'emulator.pid'), 'utf8').catch(() => '');
  try {
    if (pid !== '') process.kill(Number(pid));
  } catch {
    // It ended by itself.
  }
  await rm(cwd, { recursive: true, force: true });
});

/** Runs lines as a job of a CI does, but for the port. */
const shell = (lines: readonly string[], lockstep = `${process.execPath} ${command}`): Promise<{ stdout: string }> =>
  run('sh', ['-e', '-c', lines.join('\n')], {
    cwd,
    env: {
      PATH: `${cwd}:${process.env['PATH'] ?? ''}`,
      STRIPE_API_BASE: `http://127.0.0.1:${port}`,
      EMULATOR_PORT: String(port),
      LOCKSTEP: lockstep,
    },
  });

describe('the recipes for CI', { timeout: 60_000 }, () => {
  test('GitHub Actions: the emulator is up for the tests, and says what was asked', async () => {
    const { env, steps } = github.jobs.test;
    expect(env).toEqual({ STRIPE_API_BASE: 'http://127.0.0.1:4747' });
    const lines = steps.flatMap(({ run: line }) => (line === undefined ? [] : [line]));
    const { stdout } = await shell(lines);
    expect(stdout).toContain(`The emulator is up: http://127.0.0.1:${port}`);
    expect(stdout).toContain('"name":"Ada"');
    expect(stdout).toContain('emulator.namespace.opened');
  });

  test('GitLab: the same', async () => {
    expect(gitlab.variables).toEqual(github.jobs.test.env);
    const { stdout } = await shell([...gitlab.before_script, ...gitlab.script, ...gitlab.after_script]);
    expect(stdout).toContain('"name":"Ada"');
  });

  test('an emulator that does not start ends the job, with its log', async () => {
    const refused = await shell(['sh start-emulator.sh'], `${process.execPath} ${command} --no-such-flag`).catch(
      (error: unknown) => error as { code: number; stderr: string },
    );
    expect(refused).toMatchObject({ code: 1 });
    expect((refused as { stderr: string }).stderr).toMatch(/The emulator did not start\. Its log:\n.*no-such-flag/);
  });
});

test('the image of the emulator: its command is up by its health check', async () => {
  const text = repositoryText('deploy/emulator.Dockerfile');
  const words = (name: string): string[] =>
    JSON.parse(new RegExp(`^${name}.*?(\\[.+\\])$`, 'm').exec(text)?.[1] ?? '[]') as string[];
  const [, ...check] = words('HEALTHCHECK').map((word) => word.replaceAll('4747', String(port)));
  expect(words('CMD')).toEqual(['emulator', '--host', '0.0.0.0']);
  const running = startProcess([command, ...words('CMD'), '--port', String(port)], { cwd, env: {} });
  try {
    await expect(run(process.execPath, check)).rejects.toMatchObject({ code: 1 });
    await running.says(/STRIPE_API_BASE/);
    await run(process.execPath, check);
  } finally {
    await running.end('SIGTERM');
  }
}, 60_000);

test('the module for Testcontainers can be read, and says that CI does not build it', async () => {
  const text = repositoryText('examples/ci/emulator-container.mjs');
  expect(text.split('\n')[0]).toMatch(/Not built in CI\.$/);
  await run(process.execPath, ['--check', join(root, 'examples/ci/emulator-container.mjs')]);
});

import { execFile } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { createProgram } from '../../src/cli/program.js';
import { startEmulator } from '../../emulator/src/emulator.js';
import { repositoryText } from '../architecture/repository.js';
import { createDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { startProcess, type Running } from '../support/command.js';
import { TOKEN, WEBHOOK_SECRET } from '../support/world.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const isRoot = process.getuid?.() === 0;

describe('the Dockerfile', () => {
  const text = repositoryText('deploy/Dockerfile');
  const instruction = (name: string): string => text.match(new RegExp(`^${name} (.+)$`, 'm'))?.[1] ?? '';
  const words = (name: string): string[] => JSON.parse(instruction(name)) as string[];
  let image: string;
  let port: number;
  let running: Running | undefined;

  /** What the image holds, in a folder: the copied parts, the tools left out, and a state folder of the user's. */
  beforeAll(async () => {
    image = await mkdtemp(join(tmpdir(), 'lockstep-image-'));
    port = await freePort();
    await chmod(image, 0o755);
    for (const [, part] of text.matchAll(/^COPY --from=build \/build\/(\S+) /gm)) {
      if (part === 'node_modules') continue;
      await mkdir(dirname(join(image, 'app', part as string)), { recursive: true });
      await cp(join(root, part as string), join(image, 'app', part as string), { recursive: true });
    }
    await cp(join(root, 'package-lock.json'), join(image, 'app', 'package-lock.json'));
    await run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: join(image, 'app') });
    await mkdir(join(image, 'state'));
    if (isRoot) await chown(join(image, 'state'), 1000, 1000);
  }, 120_000);
  afterAll(async () => {
    await running?.end('SIGKILL');
    await rm(image, { recursive: true, force: true });
  });

  const inImage = (args: readonly string[], env: Record<string, string>): Running =>
    startProcess(
      [...words('ENTRYPOINT').slice(1), ...args].map((word) => word.replace('/app/', `${image}/app/`)),
      {
        cwd: join(image, 'state'),
        env,
        ...(isRoot ? { uid: 1000, gid: 1000 } : {}),
      },
    );

  test('runs as a user without rights, and has what it needs to migrate, to serve, and to be asked whether it lives', async () => {
    expect([instruction('USER'), instruction('WORKDIR')]).toEqual(['node', '/build']); // the first WORKDIR is the build's
    const emulator = await startEmulator({ port: 0 });
    const env = {
      DATABASE_URL: (await createDatabase()).url,
      STRIPE_SECRET_KEY: emulator.secretKey,
      STRIPE_API_BASE: emulator.url,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      LOCKSTEP_TOKEN: TOKEN,
    };
    const migrated = inImage(['migrate'], env);
    expect([await migrated.ended, migrated.output()]).toEqual([0, expect.stringContaining('applied 0001')]);
    expect(migrated.output()).not.toContain('restored'); // what was just made needs no repair
    running = inImage([...words('CMD').slice(0, 1), '--host', '127.0.0.1', '--port', String(port)], env);
    await running.says(/service\.ready/);
    const health = JSON.parse(text.match(/^HEALTHCHECK .* CMD (.+)$/m)?.[1] ?? '[]') as string[];
    const ask = (at: number) =>
      run(
        process.execPath,
        health.slice(1).map((word) => word.replace(':4242', `:${at}`)),
      );
    await ask(port);
    await expect(ask(await freePort())).rejects.toMatchObject({ code: 1 });
    expect(await running.end('SIGTERM')).toBe(0);
    await emulator.stop();
  }, 120_000);
});

describe('the compose file', () => {
  interface Service {
    command?: string[];
    environment?: Record<string, string>;
    depends_on?: Record<string, { condition: string }>;
    volumes?: string[];
  }
  const file = parse(repositoryText('deploy/compose.yaml')) as {
    services: Record<string, Service>;
    volumes: Record<string, null>;
  };
  const services = Object.entries(file.services);

  test('names services, volumes and commands that exist', () => {
    const names = services.map(([name]) => name);
    for (const [, { depends_on: needed = {}, volumes = [] }] of services) {
      expect(names).toEqual(expect.arrayContaining(Object.keys(needed)));
      expect(Object.keys(file.volumes)).toEqual(expect.arrayContaining(volumes.map((one) => one.split(':')[0])));
    }
    const program = createProgram();
    for (const [name, ...flags] of services.flatMap(([, { command }]) => (command === undefined ? [] : [command]))) {
      const command = program.commands.find((one) => one.name() === name);
      const known = command?.options.map(({ long }) => long);
      expect(known, name).toEqual(expect.arrayContaining(flags.filter((flag) => flag.startsWith('--'))));
    }
  });

  test('has the key that the emulator has at every start, and one signing secret on both sides', async () => {
    const emulator = await startEmulator({ port: 0 });
    await emulator.stop();
    const { migrate, lockstep, emulator: stripe } = file.services;
    expect(migrate?.environment?.['STRIPE_SECRET_KEY']).toBe(`\${STRIPE_SECRET_KEY:-${emulator.secretKey}}`);
    expect(lockstep?.environment).toEqual(migrate?.environment);
    expect(stripe?.environment?.['STRIPE_WEBHOOK_SECRET']).toBe(lockstep?.environment?.['STRIPE_WEBHOOK_SECRET']);
  });
});

describe('the Kubernetes manifests', () => {
  const kinds: Readonly<Record<string, [module: string, type: string]>> = {
    'v1 Secret': ['core/v1', 'Secret'],
    'v1 Service': ['core/v1', 'Service'],
    'apps/v1 Deployment': ['apps/v1', 'Deployment'],
    'batch/v1 Job': ['batch/v1', 'Job'],
    'policy/v1 PodDisruptionBudget': ['policy/v1', 'PodDisruptionBudget'],
  };
  const manifests = ['migrate', 'secret.example', 'service'].flatMap((name) =>
    parseAllDocuments(repositoryText(`deploy/kubernetes/${name}.yaml`)).map((document) => document.toJS() as Manifest),
  );
  interface Manifest {
    apiVersion: string;
    kind: string;
  }
  /** A manifest as a constant of its type: TypeScript refuses fields that the type does not have. */
  const problemsOf = (all: readonly Manifest[]): string[] => {
    const lines = all.map((manifest, index) => {
      const [module, type] = kinds[`${manifest.apiVersion} ${manifest.kind}`] ?? ['', 'unknown'];
      return `import type { ${type} as T${index} } from 'kubernetes-types/${module}.js';
        const m${index}: T${index} = ${JSON.stringify(manifest)};`;
    });
    const name = join(root, 'manifests.ts');
    const host = ts.createCompilerHost({});
    const fromDisk = host.getSourceFile.bind(host);
    host.getSourceFile = (file, ...rest) =>
      file === name ? ts.createSourceFile(name, lines.join('\n'), ts.ScriptTarget.ES2022) : fromDisk(file, ...rest);
    const options = {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    };
    const program = ts.createProgram([name], { ...options, module: ts.ModuleKind.ES2022 }, host);
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n').split('\n').at(-1) as string);
  };

  test('have the fields and types that Kubernetes documents, and no other', () => {
    expect(manifests).toHaveLength(5);
    expect(problemsOf(manifests)).toEqual([]);
    const [first] = manifests;
    expect(problemsOf([{ ...first, imagePullPolcy: 'Always' } as never])).toEqual([
      expect.stringContaining('imagePullPolcy'),
    ]);
  });

  test('run as nobody in particular, write nowhere else, and know the routes', () => {
    const containers = JSON.parse(
      JSON.stringify(manifests.flatMap((manifest) => podOf(manifest)?.containers ?? [])),
    ) as Container[];
    expect(containers).toHaveLength(2);
    for (const { securityContext, args } of containers) {
      expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
      expect(createProgram().commands.map((command) => command.name())).toContain(args[0]);
    }
  });
});

interface Container {
  args: [string, ...string[]];
  securityContext: object;
}

function podOf(manifest: object): { containers: Container[] } | undefined {
  const { spec } = manifest as { spec?: { template?: { spec: { containers: Container[] } } } };
  return spec?.template?.spec;
}

test('systemd accepts the unit, and finds it well closed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-unit-'));
  try {
    const unit = join(folder, 'lockstep.service');
    const text = await readFile(join(root, 'deploy/lockstep.service'), 'utf8');
    expect(text).toContain('ExecStart=/usr/bin/node /opt/lockstep/dist/cli/main.js serve\n');
    await writeFile(unit, text.replace('/usr/bin/node', process.execPath));
    expect(await run('systemd-analyze', ['verify', unit])).toMatchObject({ stdout: '', stderr: '' });
    await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit]); // of 100: the lower the better
    await writeFile(unit, text.replace('Type=exec', 'Type=exce'));
    expect(
      (await run('systemd-analyze', ['verify', unit]).catch((error: { stderr: string }) => error)).stderr,
    ).not.toBe('');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

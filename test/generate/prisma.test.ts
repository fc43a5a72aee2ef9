import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateModels } from '../../src/generate/models.js';
import { tablesOf } from '../../src/generate/table.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { MIGRATED } from '../support/global-postgres.js';
import { installPrisma } from './prisma/install.js';
import { seed } from './seed.js';

const SCHEMA = `generator client {
  provider = "prisma-client"
  output = "./client"
  importFileExtension = "js"
}

datasource db {
  provider = "postgresql"
  schemas = ["public", "stripe"]
}

`;

/** What an app writes. Compiled against the generated client: a column of another type, or none, is an error here. */
const APP = `import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './client/client.js';

const open = (url: string) => new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });

export async function subscriptions(url: string): Promise<{ id: string; status: string | null; created: Date | null }[]> {
  const prisma = open(url);
  const rows = await prisma.stripeSubscription.findMany({
    where: { account: 'acct_1', deleted: false },
    select: { id: true, status: true, created: true },
  });
  await prisma.$disconnect();
  return rows;
}

export async function price(url: string): Promise<{ amount: bigint | null | undefined; decimal: string | undefined }> {
  const prisma = open(url);
  const key = { account: 'acct_1', livemode: false, id: 'price_1' };
  const row = await prisma.stripePrice.findUnique({ where: { account_livemode_id: key } });
  await prisma.$disconnect();
  return { amount: row?.unit_amount, decimal: row?.unit_amount_decimal?.toString() };
}

export async function readAll(url: string, models: string[]): Promise<number> {
  const prisma = open(url);
  for (const model of models) {
    await (prisma as unknown as Record<string, { findFirst(): Promise<unknown> }>)[model]!.findFirst();
  }
  await prisma.$disconnect();
  return models.length;
}
`;

interface App {
  subscriptions(url: string): Promise<unknown>;
  price(url: string): Promise<unknown>;
  readAll(url: string, models: string[]): Promise<number>;
}

interface Internals {
  getDMMF: (options: { datamodel: [string, string][] }) => Promise<{ datamodel: { models: Model[] } }>;
  getConfig: (options: { datamodel: [string, string][] }) => Promise<{ generators: object[]; datasources: object[] }>;
}

interface Model {
  name: string;
  fields: unknown[];
}

type Generator = new () => { generate(options: Record<string, unknown>): Promise<void> };

let database: TestDatabase;
let folder: string;
let models: Model[];
let problems: string[];
let app: App;

beforeAll(async () => {
  const pool = new pg.Pool({ connectionString: (database = await createDatabase({ template: MIGRATED })).url });
  await seed(pool);
  await pool.end();
  const installed = await installPrisma();
  // An app of its own: what lies below node_modules the compiler takes for compiled.
  folder = mkdtempSync(join(tmpdir(), 'lockstep-prisma-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(installed.folder, 'node_modules'), join(folder, 'node_modules'));
  models = await generateClient(installed.require, folder);
  writeFileSync(join(folder, 'app.ts'), APP);
  problems = compile(folder);
  if (problems.length === 0) app = (await import(pathToFileURL(join(folder, 'js/app.js')).href)) as App;
}, 240_000);
afterAll(() => folder && rmSync(folder, { recursive: true, force: true }));

/** What `prisma generate` does, by the packages that it calls itself; of the command, an engine's download is left out. */
async function generateClient(require: NodeJS.Require, to: string): Promise<Model[]> {
  const { getDMMF, getConfig } = require('@prisma/internals') as Internals;
  const { PrismaClientTsGenerator } = require('@prisma/client-generator-ts') as { PrismaClientTsGenerator: Generator };
  const { enginesVersion: version } = require('@prisma/engines-version') as { enginesVersion: string };
  const text = SCHEMA + generateModels('prisma', { types: [], schema: 'stripe', source: null });
  const schemaPath = join(to, 'schema.prisma');
  const datamodel: [string, string][] = [[schemaPath, text]];
  const [{ generators, datasources }, dmmf] = await Promise.all([getConfig({ datamodel }), getDMMF({ datamodel })]);
  const generator = { ...generators[0], output: { value: join(to, 'client'), fromEnvVar: null } };
  await new PrismaClientTsGenerator().generate({
    ...{ generator, otherGenerators: [], schemaPath, dmmf, datasources, datamodel: text, version, binaryPaths: {} },
  });
  return dmmf.datamodel.models;
}

function compile(where: string): string[] {
  const program = ts.createProgram([join(where, 'app.ts')], {
    ...{ strict: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022, outDir: join(where, 'js') },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, rootDir: where },
  });
  const found = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test("prisma: its own generator takes every table with every column, and the client compiles in an app's code", () => {
  expect(models.map(({ fields }) => fields.length)).toEqual(tablesOf([]).map(({ columns }) => columns.length));
  expect(problems).toEqual([]);
});

test('prisma reads them from PostgreSQL, with their types', async () => {
  const created = new Date(1_790_000_000_000);
  expect(await app.subscriptions(database.url)).toEqual([{ id: 'sub_1', status: 'active', created }]);
  expect(await app.price(database.url)).toEqual({ amount: 9_900n, decimal: '9900.5' });
});

test('PostgreSQL has every column that prisma asks for', async () => {
  const names = models.map(({ name }) => name.charAt(0).toLowerCase() + name.slice(1));
  expect(await app.readAll(database.url, names)).toBeGreaterThan(100);
});

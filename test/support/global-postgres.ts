import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's URL of the PostgreSQL server that this test run started for itself. */
    postgresUrl: string;
  }
}

/** One PostgreSQL for the whole test run; each suite makes its own database in it (`createDatabase`). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide('postgresUrl', server.url);
  return () => server.destroy();
}

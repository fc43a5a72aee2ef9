import { cpus, totalmem } from 'node:os';
import pg from 'pg';

/** Where the numbers come from. */
export interface Machine {
  cores: number;
  cpu: string;
  memoryGib: number;
  node: string;
  postgres: string;
}

export async function machineOf(postgresUrl: string): Promise<Machine> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
    return {
      cores: cpus().length,
      cpu: cpus()[0]?.model ?? 'unknown',
      memoryGib: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      postgres: rows[0]?.version ?? 'unknown',
    };
  } finally {
    await client.end();
  }
}

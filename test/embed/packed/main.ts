import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import { startEmulator } from '../../../src/emulator/emulator.js';
import { freePort } from '../../support/free-port.js';
import { copySample, install, npm, pack } from './install.js';
import { driveSample, environmentOf, newPrice, startSample } from './sample.js';

/** How a sample that takes long to install and build is started. */
const starts: Readonly<Record<string, (port: number) => string[]>> = {
  nest: () => ['dist/main.js'],
  next: (port) => ['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', String(port)],
};

/** Installs the packed package into each of the slow samples, builds it, starts it and drives it. */
export async function verifyExamples(only: string | undefined, print: (line: string) => void): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-examples-'));
  const webDir = fileURLToPath(new URL('../../../dist/web', import.meta.url));
  const emulator = await startEmulator({ port: 0, webDir });
  const stripe = new Stripe(emulator.secretKey, { host: '127.0.0.1', port: emulator.port, protocol: 'http' });
  const drive = async (args: readonly string[], cwd: string, env: Record<string, string>): Promise<void> => {
    const app = await startSample(args, cwd, env);
    try {
      await driveSample(app, emulator, stripe);
    } finally {
      await app.end();
    }
  };
  let ok = true;
  try {
    const { filename } = await pack(folder);
    await rename(join(folder, filename), join(folder, 'lockstep.tgz'));
    for (const [sample, args] of Object.entries(starts).filter(([name]) => only === undefined || name === only)) {
      const began = Date.now();
      const into = join(folder, sample);
      await copySample(sample, into);
      await install(into);
      await npm(into, ['run', 'build']);
      const port = await freePort();
      const env = { ...environmentOf(emulator, await newPrice(stripe)), PORT: String(port) };
      const failure = await drive(args(port), into, env).catch((error: Error) => error);
      if (failure !== undefined) ok = false;
      print(`${failure === undefined ? 'ok    ' : 'FAILED'} ${sample} (${Math.round((Date.now() - began) / 1_000)} s)`);
      if (failure !== undefined) print(failure.message);
    }
    return ok;
  } finally {
    await emulator.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface StripeCliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the official Stripe CLI against a server on this machine and waits for its end.
 * A trigger's exit code proves little (steps that expect an error pass on other answers): assert the effects.
 *
 * @param apiBase such as `http://127.0.0.1:4747`; the CLI refuses `localhost`
 * @param args such as `['trigger', 'customer.created']`
 */
export async function stripeCli(
  apiBase: string,
  args: readonly string[],
  { secretKey = 'sk_test_lockstep0000', timeoutMs = 60_000 } = {},
): Promise<StripeCliResult> {
  const home = await mkdtemp(join(tmpdir(), 'lockstep-stripe-cli-'));
  try {
    const child = spawn(stripeCliBinary(), [...args, '--api-base', apiBase], {
      cwd: home,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        XDG_CONFIG_HOME: home,
        STRIPE_API_KEY: secretKey,
        STRIPE_CLI_TELEMETRY_OPTOUT: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    return { code, stdout, stderr };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const folder = fileURLToPath(new URL('../stripe-cli/node_modules/@stripe/cli-linux-x64/bin', import.meta.url));

/** The binary that `npm test` installs into `test/stripe-cli`; throws where it is not there. */
export function stripeCliBinary(): string {
  const file = join(folder, 'stripe');
  if (existsSync(file)) return file;
  throw new Error('the Stripe CLI is missing: run npm ci in test/stripe-cli, on Linux x64');
}

/** The PATH on which `lockstep stripe` finds it. */
export const pathWithStripeCli = (path = ''): string => `${folder}${delimiter}${path}`;

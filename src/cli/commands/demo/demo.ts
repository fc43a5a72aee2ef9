import { join } from 'node:path';
import { openLog } from '../../../app/log.js';
import { startDemo, type RunningDemo } from '../../../demo/demo.js';
import type { ServiceOptions } from '../../../engine/config.js';
import { systemClock } from '../../../kernel/clock.js';
import { tokenFrom, writeServiceFile } from '../../token.js';
import { untilStopped } from '../../terminal/until-stopped.js';
import { webDir } from '../../../app/web-dir.js';

export interface DemoCommand {
  port: number;
  emulatorPort: number;
  /** Host names that it answers in addition to loopback ones. */
  allowHosts: readonly string[];
  directory: string;
  /** The options from the environment. With a Stripe test key, the demo uses Stripe's test mode. */
  options: Partial<ServiceOptions>;
}

/** Runs the demo until Ctrl-C, and prints its URLs. */
export async function demo(command: DemoCommand): Promise<void> {
  const { directory } = command;
  const token = tokenFrom(undefined);
  const running = await startDemo(
    { ...command, token, webDir },
    {
      clock: systemClock,
      openLog: (file) => openLog({ level: 'info', file }),
      onOpening: () => console.log(opening(command)),
    },
  );
  let removeFile: () => void;
  try {
    removeFile = writeServiceFile(directory, { url: running.url, token });
  } catch (error) {
    await running.stop();
    throw error;
  }
  console.log(welcome(running, directory));
  await untilStopped([() => running.stop(), removeFile]);
  console.log('\n  Stopped. The data is kept.');
}

function opening({ directory, options }: DemoCommand): string {
  const database = `  ✓ database      embedded PostgreSQL (PGlite) in ${join(directory, 'db')}`;
  return options.stripeKey === undefined ? database : `${usesTestMode}\n${database}`;
}

const usesTestMode = [
  "  STRIPE_SECRET_KEY is set, so the demo uses Stripe's test mode instead of the local emulator.",
  '  To stay local, unset it: env -u STRIPE_SECRET_KEY npm start',
].join('\n');

function welcome({ url, emulatorUrl }: RunningDemo, directory: string): string {
  const stripe =
    emulatorUrl === null
      ? '  ✓ stripe        test mode, read by polling'
      : `  ✓ emulator      a local Stripe, dashboard    ${emulatorUrl}`;
  const end = emulatorUrl === null ? '' : '  Everything runs on this machine. ';
  return [
    stripe,
    `  ✓ lockstep      webhooks, API                ${url}`,
    `  ✓ sample app    sign in as ada or grace      ${url}/sample`,
    `  ✓ side by side  Stripe | your database       ${url}/demo`,
    `${end === '' ? '  ' : end}Ctrl-C stops it and keeps the data. Delete ${directory} to start over.`,
  ].join('\n');
}

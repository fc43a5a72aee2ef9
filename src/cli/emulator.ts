import { startEmulator } from '../emulator/emulator.js';
import { openLog } from '../lockstep/log.js';
import { untilStopped } from './until-stopped.js';
import { webDir } from './web-dir.js';

export interface EmulatorCommand {
  host: string;
  port: number;
  /** Keeps its state in this file. */
  data: string | undefined;
  /** Delivers to this address, with this secret. */
  forwardTo: string | undefined;
  webhookSecret: string | undefined;
  logLevel: string;
}

/** The local Stripe by itself. */
export async function emulator({
  host,
  port,
  data,
  forwardTo,
  webhookSecret,
  logLevel,
}: EmulatorCommand): Promise<void> {
  const log = openLog({ level: logLevel });
  const running = await startEmulator({ host, port, webDir, log, ...(data === undefined ? {} : { dataFile: data }) });
  const lines = [
    `  emulator         ${running.url}`,
    `  STRIPE_API_BASE  ${running.url}`,
    `  secret key       ${running.secretKey}`,
    `  publishable key  ${running.publishableKey}`,
    `  state            ${data ?? 'in memory: forgotten at the end (--data FILE keeps it)'}`,
  ];
  if (forwardTo !== undefined) {
    const endpoint = running.keepWebhookEndpoint({
      url: forwardTo,
      ...(webhookSecret === undefined ? {} : { secret: webhookSecret }),
    });
    lines.push(`  webhooks to      ${forwardTo}`, `  webhook secret   ${endpoint.secret}`);
  }
  console.log(lines.join('\n'));
  await untilStopped([() => running.stop()]);
}

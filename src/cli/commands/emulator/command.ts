import { Option, type Command } from 'commander';
import { FAULT_NAMES } from '../../../../emulator/src/delivery/fault.js';
import { allowHost, host, json, logLevel, port, wholeNumber } from '../../flags.js';
import { examples, inLines } from '../../terminal/help.js';

/** Declares `lockstep emulator`: its arguments, flags and help. Its code is loaded when it runs. */
export function emulatorCommand(program: Command): void {
  program
    .command('emulator')
    .description("Run a local Stripe with a dashboard, for Stripe's SDKs and CLI")
    .addOption(port(4747))
    .addOption(host())
    .addOption(allowHost())
    .option('--data <file>', 'Keep the state in this file')
    .option('--account <id>', 'Account ID of a new state: acct_…, or random (default: the same ID at every start)')
    .option('--api-version <version>', "The account's default API version (default: that of the pinned SDK)")
    .option('--forward-to <url>', 'Deliver webhooks to this URL, signed with STRIPE_WEBHOOK_SECRET if it is set')
    .option('--fixture <file>', "Fill a new state from this file, in the format of the Stripe CLI's fixtures")
    .addOption(
      new Option('--fault <name=number>', 'Simulate a failure, such as lose_every=2; repeatable')
        .argParser((fault: string, faults: string[]) => [...faults, fault])
        .default([], 'none'),
    )
    .addOption(wholeNumber('--max-namespaces <count>', 'How many namespaces may be open; 0: none', 1000))
    .addOption(wholeNumber('--namespace-idle <seconds>', 'Drop a namespace that had no request for so long', 3600))
    .option('--against-stripe', 'Compare the emulator with your own sandbox (STRIPE_SECRET_KEY), and exit')
    .option('--operations', 'Print how many operations of the SDK the emulator supports, and exit')
    .addOption(json())
    .addOption(logLevel().default('warn'))
    .addHelpText(
      'after',
      `\nFaults (0 = off):\n${inLines(FAULT_NAMES)}\n` +
        examples([
          'lockstep emulator',
          'lockstep emulator --data stripe.json --forward-to http://127.0.0.1:4242/stripe-webhooks',
          'lockstep emulator --fixture seed.json --fault lose_every=3 --fault latency_ms=200',
          'lockstep emulator --host 0.0.0.0 --allow-host stripe   # for containers that reach it as stripe',
          'lockstep emulator --operations',
        ]),
    )
    .action(run);
}

async function run(flags: EmulatorFlags): Promise<void> {
  const { STRIPE_SECRET_KEY: key, STRIPE_API_BASE: apiBase, STRIPE_WEBHOOK_SECRET: webhookSecret } = process.env;
  if (flags.operations === true) {
    const { operationsReport } = await import('./operations-report.js');
    console.log(operationsReport({ json: flags.json === true }));
    return;
  }
  if (flags.againstStripe === true) {
    const { againstStripe } = await import('./against-stripe.js');
    const isSame = await againstStripe({ key, apiBase, print: (line) => console.log(line) });
    process.exitCode = isSame ? 0 : 1;
    return;
  }
  const { emulator } = await import('./emulator.js');
  const { account, apiVersion, allowHost: allowHosts, data, fixture, forwardTo, fault: faults, namespaceIdle } = flags;
  await emulator({
    ...flags,
    account,
    apiVersion,
    allowHosts,
    data,
    fixture,
    faults,
    forwardTo,
    namespaceIdleMs: namespaceIdle * 1000,
    webhookSecret,
  });
}

interface EmulatorFlags {
  port: number;
  host: string;
  allowHost: string[];
  account?: string;
  apiVersion?: string;
  data?: string;
  forwardTo?: string;
  fixture?: string;
  fault: string[];
  maxNamespaces: number;
  namespaceIdle: number;
  logLevel: string;
  againstStripe?: true;
  operations?: true;
  json?: true;
}

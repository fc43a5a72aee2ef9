import { Option, type Command } from 'commander';
import { FAULT_NAMES } from '../../emulator/delivery/fault.js';
import { allowHost, host, json, logLevel, port } from '../flags.js';
import { examples, inLines } from '../help.js';

/** The words, flags and help of `lockstep emulator`; what it does is loaded when it runs. */
export function emulatorCommand(program: Command): void {
  program
    .command('emulator')
    .description('a local Stripe with a dashboard, for the official SDKs and the official CLI')
    .addOption(port(4747))
    .addOption(host())
    .addOption(allowHost())
    .option('--data <file>', 'keep its state in this file')
    .option(
      '--account <id>',
      'the account of a new state, acct_…; random draws one; default the same one at every start',
    )
    .option('--forward-to <url>', 'deliver webhooks to this address; signed with STRIPE_WEBHOOK_SECRET where it is set')
    .option(
      '--fixture <file>',
      "begin a new state with the calls in this file, one of the official CLI's fixture files",
    )
    .addOption(
      new Option('--fault <name=number>', 'trouble on purpose, e.g. lose_every=2; may be given several times')
        .argParser((word: string, words: string[]) => [...words, word])
        .default([], 'none'),
    )
    .option('--operations', 'start nothing: say how many operations of the SDK are answered for real')
    .addOption(json())
    .addOption(logLevel().default('warn'))
    .addHelpText(
      'after',
      `\nFaults, 0 being off:\n${inLines(FAULT_NAMES)}\n` +
        examples([
          'lockstep emulator',
          'lockstep emulator --data stripe.json --forward-to http://127.0.0.1:4242/stripe-webhooks',
          'lockstep emulator --fixture seed.json --fault lose_every=3 --fault latency_ms=200',
          'lockstep emulator --host 0.0.0.0 --allow-host stripe   # for containers that know it as stripe',
          'lockstep emulator --operations',
        ]),
    )
    .action(async (flags: EmulatorFlags) => {
      if (flags.operations === true) {
        const { operationsReport } = await import('../operations.js');
        console.log(operationsReport({ json: flags.json === true }));
        return;
      }
      const { emulator } = await import('../emulator.js');
      const { account, allowHost: allowHosts, data, fixture, forwardTo, fault: faults } = flags;
      await emulator({
        ...flags,
        account,
        allowHosts,
        data,
        fixture,
        faults,
        forwardTo,
        webhookSecret: process.env['STRIPE_WEBHOOK_SECRET'],
      });
    });
}

interface EmulatorFlags {
  port: number;
  host: string;
  allowHost: string[];
  account?: string;
  data?: string;
  forwardTo?: string;
  fixture?: string;
  fault: string[];
  logLevel: string;
  operations?: true;
  json?: true;
}

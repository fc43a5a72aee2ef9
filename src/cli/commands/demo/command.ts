import { Option, type Command } from 'commander';
import { allowHost, environment, port, parsePort } from '../../flags.js';
import { examples } from '../../terminal/help.js';

/** Declares `lockstep demo`: its arguments, flags and help. Its code is loaded when it runs. */
export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('Run the emulator, the service, and a sample app together')
    .addOption(port(4242))
    .addOption(
      new Option('--emulator-port <number>', 'Port of the emulator; 0 picks any free port')
        .argParser(parsePort)
        .default(4747),
    )
    .addOption(allowHost())
    .option('--directory <path>', "Where to keep the demo's data", '.lockstep')
    .addHelpText(
      'after',
      examples(['lockstep demo', 'STRIPE_SECRET_KEY=sk_test_… STRIPE_PUBLISHABLE_KEY=pk_test_… lockstep demo']),
    )
    .action(async (flags: { port: number; emulatorPort: number; directory: string; allowHost: string[] }) => {
      const { demo } = await import('./demo.js');
      const { allowHost: allowHosts, ...rest } = flags;
      await demo({ ...rest, allowHosts, options: environment() });
    });
}

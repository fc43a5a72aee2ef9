import { Option, type Command } from 'commander';
import { allowHost, environment, port, parsePort } from '../flags.js';
import { examples } from '../help.js';

/** The words, flags and help of `lockstep demo`; what it does is loaded when it runs. */
export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('emulator, service and sample app together, on the embedded database')
    .addOption(port(4242))
    .addOption(new Option('--emulator-port <number>', "the emulator's port").argParser(parsePort).default(4747))
    .addOption(allowHost())
    .option('--directory <path>', 'where everything is kept', '.lockstep')
    .addHelpText(
      'after',
      examples(['lockstep demo', 'STRIPE_SECRET_KEY=sk_test_… STRIPE_PUBLISHABLE_KEY=pk_test_… lockstep demo']),
    )
    .action(async (flags: { port: number; emulatorPort: number; directory: string; allowHost: string[] }) => {
      const { demo } = await import('../demo.js');
      const { allowHost: allowHosts, ...rest } = flags;
      await demo({ ...rest, allowHosts, options: environment() });
    });
}

import type { Command } from 'commander';
import { configFile, configured, directory, logLevel, type ConfigFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep init`: its flags and help. Its code is loaded when it runs. */
export function initCommand(program: Command): void {
  program
    .command('init')
    .description('Set everything up: the settings in .env, the webhook endpoint at Stripe, the tables')
    .option('--url <address>', 'The public address of the service: https://example.com (default: ask; none: polling)')
    .option('--env-file <file>', 'Where the settings are written; only you can read it', '.env')
    .option('--terraform', 'Print the webhook endpoint as a Terraform resource, and change nothing')
    .addOption(directory())
    .addOption(configFile())
    .addOption(logLevel().default('warn'))
    .addHelpText(
      'after',
      `
Environment: STRIPE_SECRET_KEY and DATABASE_URL, which are asked for if they are not set.
${examples([
  'STRIPE_SECRET_KEY=sk_test_… lockstep init --url https://example.com',
  'lockstep init --url https://example.com --terraform',
])}` + exitCodes('0 done, 1 failed, 2 invalid usage'),
    )
    .action(async (flags: ConfigFlags & { url?: string; envFile: string; terraform?: true; logLevel: string }) => {
      const { init } = await import('./init.js');
      const { url, envFile, terraform = false, logLevel: level } = flags;
      await init({ options: configured(flags), url, envFile, terraform, logLevel: level });
    });
}

import { Option, type Command } from 'commander';
import { LockstepError } from '../../../kernel/error.js';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep doctor`: its flags and help. Its code is loaded when it runs. */
export function doctorCommand(program: Command): void {
  report(program, 'doctor')
    .description('Find what is wrong with this installation, and say what to do about it')
    .option('--url <address>', 'The address that Stripe delivers to (default: one that ends with /stripe-webhooks)')
    .addOption(new Option('--feed <feed>', 'Check it for this feed').choices(['webhook', 'poll']))
    .addHelpText(
      'after',
      examples([
        'lockstep doctor',
        'lockstep doctor --url https://example.com/stripe-webhooks',
        'lockstep doctor --json',
      ]) + exitCodes('0 nothing has failed, 1 a check failed, 2 invalid usage'),
    )
    .action(async (flags: ReportFlags & { url?: string; feed?: 'webhook' | 'poll' }) => {
      const { doctor } = await import('./doctor.js');
      const { options, ...rest } = reportOptions(flags);
      const { url, feed } = flags;
      if (url !== undefined) mustBeAddress(url);
      process.exitCode = await doctor({ ...rest, options: feed === undefined ? options : { ...options, feed }, url });
    });
}

function mustBeAddress(url: string): void {
  if (URL.canParse(url) && /^https?:/.test(url)) return;
  throw new LockstepError('option_invalid', `${JSON.stringify(url)} is not a web address`, {
    hint: 'give the address that Stripe delivers to, such as https://example.com/stripe-webhooks',
  });
}

import type { Command } from 'commander';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep report`: its flags and help. Its code is loaded when it runs. */
export function reportCommand(program: Command): void {
  report(program, 'report')
    .description('Collect what support needs in one file: versions, settings, status, doctor. No secrets')
    .option('--out <file>', 'Write it here; only you can read it (default: standard output)')
    .addHelpText(
      'after',
      examples(['lockstep report > report.json', 'lockstep report --out report.json']) +
        exitCodes('0 written, 1 failed, 2 invalid usage'),
    )
    .action(async (flags: ReportFlags & { out?: string }) => {
      const { writeReport } = await import('./report.js');
      await writeReport({ ...reportOptions(flags), out: flags.out, flags, environment: process.env });
    });
}

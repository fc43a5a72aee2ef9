import { InvalidArgumentError, Option, type Command } from 'commander';
import { report, reportOptions, type ReportFlags } from '../../flags.js';
import { actionOf } from '../../terminal/action.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep events`: its arguments, flags and help. Its code is loaded when it runs. */
export function eventsCommand(program: Command): void {
  report(program, 'events', '[action] [id]')
    .description('List stored events, show one, or print its body')
    .option('--type <type>', 'Events of this type: customer.updated, customer.*')
    .option('--object <id>', 'Events about this object')
    .option('--ignored', 'Only events that changed nothing')
    .option('--since <time>', 'Received since then: 2026-11-01, 2026-11-01T10:00:00Z, 12h, 7d')
    .option('--before <time>', 'Received before then: the next page')
    .addOption(new Option('--limit <number>', 'How many').argParser(parseLimit).default(20))
    .addHelpText(
      'after',
      examples([
        'lockstep events',
        'lockstep events list --type "invoice.*" --since 1h',
        'lockstep events list --object cus_1234',
        'lockstep events show evt_1234',
        'lockstep events raw evt_1234',
      ]) + exitCodes('0 done, 1 failed or no such event, 2 invalid usage'),
    )
    .action(async (action: string | undefined, id: string | undefined, flags: ReportFlags & EventFlags) => {
      const { events } = await import('./events.js');
      const { type, object, ignored, since, before, limit } = flags;
      await events({
        ...reportOptions(flags),
        action: actionOf(action ?? 'list', ['list', 'show', 'raw']),
        id,
        filter: { type, object, ignored, since, before, limit },
      });
    });
}

export interface EventFlags {
  type?: string;
  object?: string;
  ignored?: true;
  since?: string;
  before?: string;
  limit: number;
}

function parseLimit(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { StatusReport } from '../../../operate/status.js';
import { withReports, type OperateOffline } from '../../operate.js';
import { reportOf } from '../../terminal/report.js';
import { linesOf } from './lines.js';

export interface StatusCommand extends OperateOffline {
  json: boolean;
  /** Whether it is shown again and again, until Ctrl-C. */
  watch: boolean;
}

const EVERY_MS = 2_000;
const CLEAR = '\u001B[2J\u001B[H';

/** Shows how the mirror stands. The exit code: 0 in step, 1 behind or degraded, 2 not proven or could not be read. */
export async function status({ watch, ...asked }: StatusCommand): Promise<0 | 1 | 2> {
  if (!watch) return show(asked, '');
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  for (;;) {
    const code = await show(asked, process.stdout.isTTY ? CLEAR : '');
    await sleep(EVERY_MS, undefined, { signal: stopped.signal }).catch(() => {});
    if (stopped.signal.aborted) return code;
  }
}

/** An embedded database is opened for each look and closed again, so that `serve` can start while this watches. */
async function show({ json, ...where }: Omit<StatusCommand, 'watch'>, before: string): Promise<0 | 1 | 2> {
  try {
    const report = await withReports(where, (reports) => reports.status());
    console.log(before + (json ? JSON.stringify(report) : linesOf(report).join('\n')));
    return exitCodes[report.state];
  } catch (error) {
    console.error(before + reportOf(error));
    return 2;
  }
}

const exitCodes = { in_step: 0, behind: 1, degraded: 1, not_proven: 2 } as const satisfies Record<
  StatusReport['state'],
  number
>;

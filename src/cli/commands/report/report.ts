import { chmodSync, writeFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { API_VERSION } from '../../../catalog/generated/api-version.js';
import { learn } from '../../../operate/doctor/finding.js';
import { operateOffline, withReports, type OperateOffline } from '../../operate.js';
import { version } from '../../../kernel/version.js';
import { shownSettings } from '../config/config.js';
import { examine } from '../doctor/doctor.js';

export interface ReportCommand extends OperateOffline {
  /** undefined: standard output. */
  out: string | undefined;
  flags: { config?: string; directory?: string };
  environment: NodeJS.ProcessEnv;
}

/** Writes one file for support. A part that cannot be read says why, and the others are there. */
export async function writeReport({ out, flags, environment, ...where }: ReportCommand): Promise<void> {
  const { options, logLevel } = where;
  const offline = { options, logLevel };
  const report = {
    at: new Date(),
    lockstep: version(),
    apiVersion: API_VERSION,
    node: process.versions.node,
    system: `${platform()} ${release()} ${arch()}`,
    settings: await learn(() => shownSettings({ options, flags, environment })),
    status: await learn(() => withReports(offline, (reports) => reports.status())),
    findings: await examine(offline, undefined, () => {}),
    refused: await learn(() => withReports(offline, (reports) => reports.refused())),
    dead: await learn(() => deadLetters(offline)),
  };
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (out === undefined) return void process.stdout.write(text);
  writeFileSync(out, text, { mode: 0o600 });
  chmodSync(out, 0o600);
  console.log(`  wrote ${out}; read it before you send it`);
}

/** Which ones, and why: the objects themselves are not in it. */
function deadLetters(where: OperateOffline): Promise<object[]> {
  return operateOffline(where, async (operations) => {
    const objects = await operations.dead.list({});
    const runs = await operations.dead.hooks({});
    return [
      ...objects.map(({ type, id, deadSince, attempts, reason }) => ({ type, id, deadSince, attempts, reason })),
      ...runs.map(({ hook, deadSince, attempts, reason, behind }) => ({ hook, deadSince, attempts, reason, behind })),
    ];
  });
}

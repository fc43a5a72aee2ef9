import { operateOffline, type OperateOffline } from '../../operate.js';
import { age } from '../../terminal/age.js';

/** Ends pauses of operators. A pause that Lockstep itself began ends when its cause does. */
export async function resume({
  account,
  json,
  ...where
}: OperateOffline & { account: string | undefined; json: boolean }): Promise<void> {
  const ended = await operateOffline(where, (operations) => operations.holds.resume({ account }));
  if (json) return console.log(JSON.stringify(ended));
  const now = new Date();
  const lines = ended.map(
    ({ account: name, livemode, by, since }) =>
      `  resumed ${name} (${livemode ? 'live' : 'test'} mode), which ${by} had paused ${age(since, now)} ago`,
  );
  console.log(lines.length === 0 ? '  nothing was paused' : lines.join('\n'));
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

const built = fileURLToPath(new URL('../../dist/src/cli/terminal/until-stopped.js', import.meta.url));

/** A process that takes so long to stop, its thread busy or not. `signals`: when they are sent, in milliseconds. */
async function exitCode({ work, signals }: { work: string; signals: readonly number[] }): Promise<unknown> {
  const script = `
    import { untilStopped } from ${JSON.stringify(built)};
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const busyFor = (ms) => { for (const until = Date.now() + ms; Date.now() < until; ); };
    const stopped = untilStopped([async () => { console.log('stopping'); ${work} }]);
    console.log('up');
    const alive = setInterval(() => {}, 1_000);
    await stopped;
    clearInterval(alive);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  for (const ms of signals) {
    await sleep(ms);
    child.kill('SIGINT');
  }
  return (await ended)[0];
}

test.each([
  ['one key press that arrives twice', { work: 'await sleep(300)', signals: [0, 100] }, 0],
  [
    'the same while the thread is busy for longer than a press',
    { work: 'busyFor(1_800); await sleep(300)', signals: [0, 200] },
    0,
  ],
  ['a second press', { work: 'await sleep(20_000)', signals: [0, 2_500] }, 130],
] as const)('%s', async (_, process_, code) => {
  expect(await exitCode(process_)).toBe(code);
});

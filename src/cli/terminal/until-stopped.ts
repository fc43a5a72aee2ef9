/**
 * Under npm, one Ctrl-C arrives twice: from the terminal, and from npm. A second signal this soon is the same key
 * press.
 */
const SAME_PRESS_MS = 1_000;

/**
 * Waits for SIGINT or SIGTERM, then calls the given functions in reverse order. A second signal ends the process
 * immediately.
 */
export async function untilStopped(stops: readonly (() => Promise<void> | void)[]): Promise<void> {
  await new Promise<void>((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (exitCode: number): void => {
      if (firstAt !== undefined && performance.now() - firstAt > SAME_PRESS_MS) process.exit(exitCode);
      firstAt ??= performance.now();
      resolve();
    };
    process.on('SIGINT', () => onSignal(130));
    process.on('SIGTERM', () => onSignal(143));
  });
  for (const stop of [...stops].reverse()) await stop();
}

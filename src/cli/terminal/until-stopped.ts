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
    let first = true;
    let mayEnd = false;
    const onSignal = (exitCode: number): void => {
      if (mayEnd) process.exit(exitCode);
      // A second signal may have to wait while this thread is busy. The timer is late then, too, and `setImmediate` comes
      // after the signals that waited.
      if (first) setTimeout(() => setImmediate(() => (mayEnd = true)), SAME_PRESS_MS).unref();
      first = false;
      resolve();
    };
    process.on('SIGINT', () => onSignal(130));
    process.on('SIGTERM', () => onSignal(143));
  });
  for (const stop of [...stops].reverse()) await stop();
}

/**
 * Runs until SIGINT or SIGTERM, then stops what was started, in reverse order. A second signal ends the process at once.
 */
export async function untilStopped(stops: readonly (() => Promise<void> | void)[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const onSignal = (): void => {
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(143));
      resolve();
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
  });
  for (const stop of [...stops].reverse()) await stop();
}

import { pino, destination } from 'pino';
import type { Log } from '../kernel/log.js';

/** A log that writes JSON lines to standard error, or to a file. */
export function openLog({ level, file }: { level: string; file?: string }): Log {
  const to =
    file === undefined ? destination({ dest: 2, sync: true }) : destination({ dest: file, mkdir: true, sync: true });
  const logger = pino({ level, base: null, timestamp, formatters: { level: (label) => ({ level: label }) } }, to);
  return {
    debug: (facts) => logger.debug(facts),
    info: (facts) => logger.info(facts),
    warn: (facts) => logger.warn(facts),
    error: (facts) => logger.error(facts),
  };
}

const timestamp = (): string => `,"at":"${new Date().toISOString()}"`;

import type { ServiceOptions } from '../../../engine/config.js';
import { resolveConfig } from '../../../engine/config.js';
import { startEngine } from '../../../engine/engine.js';
import { createApp } from '../../../http/app.js';
import { identifyService } from '../../../http/caller.js';
import { identifyUserToken } from '../../../http/user-token.js';
import { createDeliveries } from '../../../http/deliveries.js';
import { listen } from '../../../http/listen.js';
import { createAlarmWatch } from '../../../operate/alarms/alarm-watch.js';
import { systemClock } from '../../../kernel/clock.js';
import { openLog } from '../../../app/log.js';
import { metricsTokenFrom, tokenFrom, writeServiceFile } from '../../token.js';
import { untilStopped } from '../../terminal/until-stopped.js';
import { webDir } from '../../../app/web-dir.js';
import { allRoles, rolesOf, type ServeRole } from './roles.js';
import { keepWorkers, letEnd, refuseEmbedded, tellReady, workerNumber, workerPort } from './workers.js';

export interface ServeCommand {
  options: ServiceOptions;
  host: string;
  port: number;
  token: string | undefined;
  /** What user tokens are signed with; absent: none are taken. */
  userTokenSecret: string | undefined;
  /** Opens `/metrics` and nothing else; absent: only the service's token does. */
  metricsToken: string | undefined;
  logLevel: string;
  /** How many processes share the port. */
  workers: number;
  /** What this process does, or each of its workers. */
  roles: readonly ServeRole[];
}

/** The service beside an app: webhooks in, the mirror kept in step, the endpoints for the app's own server. */
export async function serve(command: ServeCommand): Promise<void> {
  const { options, workers, logLevel } = command;
  if (workerNumber() !== undefined) return serveHere(command).finally(letEnd);
  const config = resolveConfig(options);
  if (allRoles.some((role) => !command.roles.includes(role))) refuseEmbedded('--roles', config);
  if (workers === 1) return serveHere(command);
  refuseEmbedded('--workers', config);
  const log = openLog({ level: logLevel });
  const token = tokenFrom(command.token);
  process.exitCode = await keepWorkers({
    count: workers,
    token,
    log,
    onReady: ({ url, ...facts }) => {
      log.info({ event: 'service.ready', url, ...facts, feed: config.feed, workers });
      return writeServiceFile(config.directory, { url, token });
    },
  });
  if (process.exitCode === 0) log.info({ event: 'service.stopped' });
}

/** Serves in this process: alone, or as one of several workers. */
async function serveHere({
  options,
  host,
  port,
  token: configured,
  userTokenSecret,
  metricsToken: configuredForMetrics,
  logLevel,
  roles: chosen,
}: ServeCommand): Promise<void> {
  const config = resolveConfig(options);
  const worker = workerNumber();
  const people = userTokenSecret === undefined ? [] : [identifyUserToken(userTokenSecret, systemClock)];
  const log = openLog({ level: logLevel });
  const token = tokenFrom(configured);
  const metricsToken = metricsTokenFrom(configuredForMetrics);
  const roles = rolesOf(chosen);
  const companion = createAlarmWatch;
  const engine = await startEngine(config, { clock: systemClock, log, roles, service: rolesOf(allRoles), companion });
  try {
    const app = createApp({ engine, identify: [identifyService(token), ...people], metricsToken, webDir, log });
    const deliveries = createDeliveries({ engine, log });
    const at = worker === undefined ? port : workerPort(port);
    const service = await listen({ fetch: (request) => app.fetch(request), deliveries, host, port: at });
    const removeFile =
      worker === undefined ? writeServiceFile(config.directory, { url: service.url, token }) : () => {};
    // A reader of this line may stop the service from here on.
    // Streams of changes never end by themselves, so they are ended before the server waits for its requests.
    const endStreams = (): Promise<void> => engine.changes.watch.stop();
    const stopped = untilStopped([() => engine.stop(), () => service.close(), endStreams, removeFile]);
    const ready = { url: service.url, account: engine.source.account, livemode: engine.source.livemode };
    if (worker === undefined) log.info({ event: 'service.ready', ...ready, feed: config.feed });
    else log.info({ event: 'worker.ready', worker, pid: process.pid });
    tellReady(ready);
    await stopped;
    log.info(worker === undefined ? { event: 'service.stopped' } : { event: 'worker.stopped', worker });
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

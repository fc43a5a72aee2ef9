import type { ServiceOptions } from '../../../engine/config.js';
import { resolveConfig } from '../../../engine/config.js';
import { startEngine } from '../../../engine/engine.js';
import { createApp } from '../../../http/app.js';
import { identifyService } from '../../../http/caller.js';
import { identifyUserToken } from '../../../http/user-token.js';
import { createDeliveries } from '../../../http/deliveries.js';
import { listen } from '../../../http/listen.js';
import { systemClock } from '../../../kernel/clock.js';
import { openLog } from '../../../app/log.js';
import { metricsTokenFrom, tokenFrom, writeServiceFile } from '../../token.js';
import { untilStopped } from '../../terminal/until-stopped.js';

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
}

/** The service beside an app: webhooks in, the mirror kept in step, the endpoints for the app's own server. */
export async function serve({
  options,
  host,
  port,
  token: configured,
  userTokenSecret,
  metricsToken: configuredForMetrics,
  logLevel,
}: ServeCommand): Promise<void> {
  const config = resolveConfig(options);
  const people = userTokenSecret === undefined ? [] : [identifyUserToken(userTokenSecret, systemClock)];
  const log = openLog({ level: logLevel });
  const token = tokenFrom(configured);
  const metricsToken = metricsTokenFrom(configuredForMetrics);
  const engine = await startEngine(config, { clock: systemClock, log });
  try {
    const app = createApp({ engine, identify: [identifyService(token), ...people], metricsToken, log });
    const deliveries = createDeliveries({ engine, log });
    const service = await listen({ fetch: (request) => app.fetch(request), deliveries, host, port });
    const removeFile = writeServiceFile(config.directory, { url: service.url, token });
    // A reader of this line may stop the service from here on.
    const stopped = untilStopped([() => engine.stop(), () => service.close(), removeFile]);
    log.info({
      event: 'service.ready',
      url: service.url,
      account: engine.source.account,
      livemode: engine.source.livemode,
      feed: config.feed,
    });
    await stopped;
    log.info({ event: 'service.stopped' });
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

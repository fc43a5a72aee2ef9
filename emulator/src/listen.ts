import type { Server } from 'node:http';
import { listenFailure } from '../../src/kernel/listen-failure.js';

/** @throws `port_taken`, `option_invalid`. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: Error) =>
      reject(listenFailure(error, host, port, '--port (of the demo: --emulator-port)')),
    );
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

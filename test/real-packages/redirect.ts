import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

const STRIPE = 'api.stripe.com';

/**
 * Sends what this process asks of Stripe to a server on this machine, for packages that have no option for it. Returns
 * the function that ends it.
 */
export function sendStripeTo(port: number): () => void {
  const original = https.request;
  https.request = ((...args: Parameters<typeof original>) => {
    const options = args[0] as https.RequestOptions;
    if (options.host !== STRIPE) return original(...args);
    const request = http.request({ ...options, host: '127.0.0.1', port, protocol: 'http:', agent: undefined });
    // The SDK sends the body once the connection is secure. This one never is.
    return request.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => socket.emit('secureConnect'));
    });
  }) as typeof original;
  syncBuiltinESMExports();
  return () => {
    https.request = original;
    syncBuiltinESMExports();
  };
}

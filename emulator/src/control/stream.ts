import type { ServerResponse } from 'node:http';

const CLIENTS_MAX = 100;
const PING_MS = 15_000;
/** How many bytes may wait for a page that does not read. A page with more is disconnected; it reconnects by itself. */
const WAITING_MAX_BYTES = 8 * 1024 * 1024;

/** Sends server-sent events to every connected page. */
export class Stream {
  readonly #clients = new Set<ServerResponse>();
  readonly #ping: NodeJS.Timeout;

  constructor() {
    this.#ping = setInterval(() => this.#write(': still here\n\n'), PING_MS);
    this.#ping.unref();
  }

  /** Keeps the response until the page closes. False if too many listen already. */
  add(response: ServerResponse, headers: Record<string, string>): boolean {
    if (this.#clients.size >= CLIENTS_MAX) return false;
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    response.write(': listening\n\n');
    this.#clients.add(response);
    response.on('close', () => this.#clients.delete(response));
    return true;
  }

  /** Whether any page listens. */
  get isHeard(): boolean {
    return this.#clients.size > 0;
  }

  /** `state`: a fault was set, or the clock. */
  send(event: 'change' | 'delivery' | 'request' | 'state', data: unknown): void {
    if (this.#clients.size > 0) this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  stop(): void {
    clearInterval(this.#ping);
    for (const client of this.#clients) client.end();
    this.#clients.clear();
  }

  #write(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > WAITING_MAX_BYTES) client.destroy();
      else client.write(text);
    }
  }
}

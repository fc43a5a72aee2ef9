import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../../src/kernel/clock.js';
import { randomText } from '../state/id.js';
import type { EventRow } from '../nouns/event/row.js';
import type { Delivery } from './delivery.js';
import { eventText } from './event.js';
import { signature } from './sign.js';
import { isThinOnly } from './thin.js';

/** What a listening command line asked for: `webhooks` (`stripe listen`) or `request_logs` (`stripe logs tail`). */
export interface ListenSession {
  readonly id: string;
  readonly secret: string;
  readonly features: readonly string[];
}

/** An answered API request, for the readers of the log. */
export interface RequestLine {
  id: string;
  at: number;
  verb: string;
  path: string;
  status: number;
  error: Record<string, unknown> | null;
}

export interface ListenersOptions {
  clock: Clock;
  /** The outside's, for signatures. */
  outside: Clock;
  /** Called for each answer of a receiver that a command line forwarded to. */
  report(delivery: Delivery): void;
}

const SESSIONS_MAX = 100;
const MESSAGE_MAX_BYTES = 4 * 1024 * 1024;
const UNANSWERED_MAX = 1000;
const SOCKETS_MAX = 100;
/** What may wait for a command line that does not read; beyond that its socket is ended, and it connects again. */
const WAITING_MAX_BYTES = 16 * 1024 * 1024;

/**
 * The sockets of the official command line: each gets every event, signed with its session's secret, and says what the
 * receiver behind it answered. The protocol is not documented; this is what version 1.52.0 asks for.
 */
export class Listeners {
  readonly #sessions = new Map<string, ListenSession>();
  readonly #sockets = new Map<WebSocket, ListenSession>();
  readonly #unanswered = new Map<string, { event: EventRow; session: string; at: number }>();
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_MAX_BYTES,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });

  constructor(private readonly options: ListenersOptions) {}

  /** The session for `secretOf`'s holder: the same one gets the same secret again, as `stripe listen` promises. */
  open(secret: string, features: readonly string[]): ListenSession {
    const session = { id: `cliws_${randomText(24)}`, secret, features };
    this.#sessions.set(session.id, session);
    for (const id of this.#sessions.keys()) {
      if (this.#sessions.size <= SESSIONS_MAX) break;
      this.#sessions.delete(id);
    }
    return session;
  }

  /** Takes over a connection at `/subscribe/…` that belongs to a session; ends any other. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const id = request.headers['websocket-id'];
    const session = typeof id === 'string' ? this.#sessions.get(id) : undefined;
    if (session === undefined || request.url?.startsWith('/subscribe/') !== true) {
      refuseUpgrade(socket, '401 Unauthorized');
      return;
    }
    if (this.#sockets.size >= SOCKETS_MAX) {
      refuseUpgrade(socket, '503 Service Unavailable');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (connection) => {
      this.#sockets.set(connection, session);
      connection.on('message', (data) => this.#heard(messageOf(data)));
      connection.on('close', () => this.#sockets.delete(connection));
      connection.on('error', () => connection.terminate());
    });
  }

  publish(event: EventRow): void {
    if (isThinOnly(event.type)) return;
    const body = this.#has('webhooks') ? eventText(event) : '';
    const signed = Math.floor(this.options.outside.now().getTime() / 1000);
    for (const [socket, session] of this.#sockets) {
      if (!session.features.includes('webhooks')) continue;
      const conversation = `wc_${randomText(24)}`;
      const now = this.options.clock.now().getTime();
      this.#expect(conversation, { event, session: session.id, at: now });
      send(socket, {
        type: 'webhook_event',
        endpoint: { api_version: null },
        event_payload: body,
        http_headers: {
          'Content-Type': 'application/json; charset=utf-8',
          'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'Stripe-Signature': signature([session.secret], body, signed),
        },
        webhook_conversation_id: conversation,
        webhook_id: event.id,
      });
    }
  }

  /** Sends it to the readers of the log. */
  log(line: RequestLine): void {
    for (const [socket, { features }] of this.#sockets) {
      if (!features.includes('request_logs')) continue;
      const payload = {
        created_at: Math.floor(line.at / 1000),
        error: line.error ?? {},
        livemode: false,
        method: line.verb,
        request_id: line.id,
        status: line.status,
        url: line.path,
      };
      send(socket, {
        type: 'request_log_event',
        request_log_id: `resp_${line.id.slice(4)}`,
        event_payload: JSON.stringify(payload),
      });
    }
  }

  /** Whether any command line listens. */
  get isHeard(): boolean {
    return this.#sockets.size > 0;
  }

  stop(): void {
    for (const socket of this.#sockets.keys()) socket.terminate();
    this.#server.close();
  }

  #has(feature: string): boolean {
    return [...this.#sockets.values()].some(({ features }) => features.includes(feature));
  }

  #expect(conversation: string, what: { event: EventRow; session: string; at: number }): void {
    this.#unanswered.set(conversation, what);
    const [oldest] = this.#unanswered.keys();
    if (this.#unanswered.size > UNANSWERED_MAX && oldest !== undefined) this.#unanswered.delete(oldest);
  }

  #heard(message: Record<string, unknown>): void {
    if (message.type !== 'webhook_response' || typeof message.webhook_conversation_id !== 'string') return;
    const asked = this.#unanswered.get(message.webhook_conversation_id);
    if (asked === undefined) return;
    this.#unanswered.delete(message.webhook_conversation_id);
    const status = Number(message.status);
    this.options.report({
      id: `whd_${randomText(24)}`,
      event: asked.event.id,
      type: asked.event.type,
      endpoint: asked.session,
      url: typeof message.forward_url === 'string' ? message.forward_url : '',
      attempt: 1,
      at: asked.at,
      ms: this.options.clock.now().getTime() - asked.at,
      status,
      outcome: status >= 200 && status < 300 ? 'delivered' : 'failed',
      error: null,
      next_attempt_at: null,
    });
  }
}

/** Ends a connection that asked to become a socket. It must be closed here, because nothing else owns it any more. */
export function refuseUpgrade(socket: Duplex, status: string, text = ''): void {
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`, () => socket.destroy());
}

function send(socket: WebSocket, message: Record<string, unknown>): void {
  if (socket.bufferedAmount > WAITING_MAX_BYTES) socket.terminate();
  else socket.send(JSON.stringify(message));
}

function messageOf(data: unknown): Record<string, unknown> {
  try {
    const message: unknown = JSON.parse(String(data));
    return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { NoticeBody } from '../../src/operate/alarms/transitions.js';

export const ALERT_SECRET = `whsec_${Buffer.from('a-secret-that-alarms-are-signed-with').toString('base64')}`;

/** A post whose signature was right. */
export interface ReceivedNotice {
  id: string;
  body: NoticeBody;
}

/** What alarms are posted to. It refuses what is not signed. */
export interface AlarmReceiverServer {
  url: string;
  /** What it took, in order. */
  taken: ReceivedNotice[];
  /** How often it was asked, also for what it did not take. */
  asked: number;
  /** Answers the next posts so, until it is called with nothing. */
  answer(how?: (response: ServerResponse) => void): void;
  stop(): Promise<void>;
}

export async function startAlarmReceiver(): Promise<AlarmReceiverServer> {
  const signer = new Webhook(ALERT_SECRET);
  let special: ((response: ServerResponse) => void) | undefined;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => void parts.push(part));
    request.on('end', () => {
      receiver.asked += 1;
      if (special !== undefined) return special(response);
      try {
        const headers = request.headers as Record<string, string>;
        const { 'webhook-id': id = '', 'webhook-timestamp': seconds, 'webhook-signature': signature } = headers;
        const payload = Buffer.concat(parts).toString();
        // Not by `verify`, which refuses what is dated far from now: tests move the clock.
        const expected = signer.sign(id, new Date(Number(seconds) * 1_000), payload);
        if (signature !== expected) throw new Error('the signature is not right');
        const body = JSON.parse(payload) as NoticeBody;
        receiver.taken.push({ id, body });
        response.end('thank you');
      } catch (error) {
        response.writeHead(400).end(String(error));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: AlarmReceiverServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`,
    taken: [],
    asked: 0,
    answer: (how) => void (special = how),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}

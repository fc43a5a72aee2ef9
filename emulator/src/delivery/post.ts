import http from 'node:http';
import https from 'node:https';
import { messageOf } from '../../../src/kernel/error.js';

export interface Posted {
  status: number | null;
  error: string | null;
}

export interface Post {
  (url: string, headers: Record<string, string>, body: string, timeoutMs: number): Promise<Posted>;
}

const SOCKETS = { keepAlive: true, maxSockets: 64, maxFreeSockets: 16 };

/** A POST that never rejects and follows no redirect. `close` ends idle connections and aborts requests in progress. */
export function poster(): { post: Post; close(): void } {
  const agents = { http: new http.Agent(SOCKETS), https: new https.Agent(SOCKETS) };
  const post: Post = (url, headers, body, timeoutMs) =>
    new Promise((resolve) => {
      const secure = url.startsWith('https:');
      const options = { method: 'POST', headers, agent: secure ? agents.https : agents.http };
      const answered = (response: http.IncomingMessage): void => {
        response.resume();
        response.on('end', () => done({ status: response.statusCode ?? null, error: null }));
        response.on('error', (error) => done({ status: null, error: error.message }));
      };
      let request: http.ClientRequest;
      try {
        request = secure ? https.request(url, options, answered) : http.request(url, options, answered);
      } catch (error) {
        return resolve({ status: null, error: messageOf(error) });
      }
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      const done = (posted: Posted): void => {
        clearTimeout(timer);
        resolve(posted);
      };
      request.on('error', (error) => done({ status: null, error: error.message }));
      request.end(body);
    });
  return {
    post,
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

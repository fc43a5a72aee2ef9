import * as http from 'node:http';
import * as https from 'node:https';

export interface Sending {
  url: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Aborting it ends the request and the reading of its answer, and closes the connection. */
  signal: AbortSignal;
}

/** The beginning of an answer. The caller reads the body, which may end with an error. */
export interface Receiving {
  status: number;
  /** The names are in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  body: AsyncIterable<Uint8Array>;
}

/** Sends one request over the network. It does not follow redirects, and does not decompress. */
export type Transport = (sending: Sending) => Promise<Receiving>;

/** Node's own HTTP client. It keeps connections open for the next request. */
export function createTransport(): Transport {
  const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
  return ({ url, method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const receive = (response: http.IncomingMessage): void =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Receiving['headers'],
          body: whole(response),
        });
      const options = { method, headers, signal };
      const request =
        url.protocol === 'https:'
          ? https.request(url, { ...options, agent: agents.https })
          : http.request(url, { ...options, agent: agents.http });
      request.on('response', receive);
      request.on('error', reject);
      request.end(body);
    });
}

/** Throws if the answer was cut off. Node does not always report that as an error. */
async function* whole(response: http.IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const chunk of response) yield chunk as Buffer;
  if (!response.complete) throw new Error('the connection ended in the middle of the answer');
}

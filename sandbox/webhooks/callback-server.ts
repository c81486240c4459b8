import http from 'node:http';

import { parseJson, type JsonValue } from '../json';

export interface ReceivedCallback {
  method: string;
  /** Path with query, as it was asked for. */
  url: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  json: JsonValue | undefined;
}

export interface CallbackServer {
  /** Address to subscribe. */
  url: string;
  /** POSTs, in the order of arrival. */
  received: ReceivedCallback[];
  /** Verification GETs. */
  verifications: ReceivedCallback[];
  /** What POSTs are answered with. */
  status: number;
  verifyToken: string;
  close(): Promise<void>;
}

/** The smallest correct webhook receiver, for trying the sandbox's deliveries without any service. */
export async function startCallbackServer(verifyToken = 'verify-me'): Promise<CallbackServer> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const url = request.url ?? '/';
      const call = {
        method: request.method ?? '',
        url,
        headers: request.headers,
        body,
        json: parseJson(body.toString()),
      };
      if (request.method === 'GET') {
        result.verifications.push(call);
        const query = new URL(url, 'http://callback').searchParams;
        response.statusCode = query.get('hub.verify_token') === result.verifyToken ? 200 : 403;
        response.end(response.statusCode === 200 ? query.get('hub.challenge') : '');
        return;
      }
      result.received.push(call);
      response.statusCode = result.status;
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const result: CallbackServer = {
    url: `http://127.0.0.1:${port}/webhook`,
    received: [],
    verifications: [],
    status: 200,
    verifyToken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return result;
}

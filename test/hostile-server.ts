import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HostileServer {
  /** Under an address that a test may allow. */
  url: string;
  /** The same server under the machine's own address, and under a name that resolves to it. */
  loopbackUrl: string;
  namedUrl: string;
  /** Paths that were asked for, whether or not an answer came. */
  asked: string[];
  /** Bytes that were given out since the last look. */
  takenBytes(): number;
  close(): Promise<void>;
}

/** What a file's address may turn out to be; `serve` says what is under each path. */
export type Serve = (path: string, request: IncomingMessage, response: ServerResponse) => void;

/** Another loopback address than the usual one: a test that allows it has not allowed 127.0.0.1. */
export const ALLOWED_ADDRESS = '127.0.0.2';

/** Listens on all addresses of the machine, so that only the caller's own care keeps it from answering. */
export async function startHostileServer(serve: Serve): Promise<HostileServer> {
  const asked: string[] = [];
  let taken = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    const { socket } = request;
    socket.once('close', () => (taken += socket.bytesWritten));
    serve(path, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${ALLOWED_ADDRESS}:${port}`,
    loopbackUrl: `http://127.0.0.1:${port}`,
    namedUrl: `http://localhost:${port}`,
    asked,
    takenBytes: () => {
      const bytes = taken;
      taken = 0;
      return bytes;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

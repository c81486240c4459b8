import http from 'node:http';
import type { AddressInfo } from 'node:net';

export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==',
  'base64',
);
/** The beginning of an MP4, and as many bytes as a test wants. */
export const MP4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypmp42'), Buffer.alloc(500)]);

const ARTICLE = `<html><head><title>Plain</title>
  <meta property="og:title" content="The article"><meta property="og:description" content="What it says">
  <meta property="og:image" content="https://img.example/og.jpg"></head></html>`;

const FILES: Readonly<Record<string, readonly [type: string, bytes: Buffer | string]>> = {
  '/a.png': ['image/png', PNG],
  '/b.png': ['image/png', PNG],
  '/a.mp4': ['video/mp4', MP4],
  '/article': ['text/html', ARTICLE],
  '/not-a-picture.png': ['image/png', '<html><p>Hi</p></html>'],
  '/large.png': ['image/png', Buffer.concat([PNG, Buffer.alloc(4 * 1024 * 1024)])],
};

export interface PageFiles {
  url: (path: string) => string;
  /** How often each path was asked for. */
  hits: string[];
  close: () => Promise<void>;
}

/** A web server with what posts link to. */
export async function startPageFiles(): Promise<PageFiles> {
  const hits: string[] = [];
  const server = http.createServer((request, response) => {
    const path = request.url ?? '/';
    hits.push(path);
    const [type, bytes] = FILES[path] ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.setHeader('content-type', type).end(bytes);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    hits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

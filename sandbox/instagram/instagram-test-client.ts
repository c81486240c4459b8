import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { MEDIA_SAMPLES } from '../messages/inbound-samples';

/** A JPEG as far as its header goes: the size is what Instagram reads. */
export function jpegOf(width: number, height: number, bytes = 64): Buffer {
  const frame = Buffer.alloc(19);
  frame.writeUInt16BE(0xffc0, 0);
  frame.writeUInt16BE(17, 2);
  frame.writeUInt8(8, 4);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  // A segment before the frame, as every camera writes one.
  const start = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x04, 0x00, 0x00]);
  return Buffer.concat([start, frame, Buffer.alloc(Math.max(0, bytes - start.length - frame.length))]);
}

const MP4 = Buffer.from(MEDIA_SAMPLES.video?.base64 ?? '', 'base64');
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const FILES: Readonly<Record<string, Buffer>> = {
  '/square.jpg': jpegOf(1080, 1080),
  '/portrait.jpg': jpegOf(1080, 1350),
  '/wide.jpg': jpegOf(1080, 566),
  '/tall.jpg': jpegOf(1080, 1920),
  '/panorama.jpg': jpegOf(2000, 1000),
  '/huge.jpg': jpegOf(1080, 1080, 8 * 1024 * 1024 + 1),
  '/a.png': PNG,
  '/page.html': Buffer.from('<html>Log in</html>'),
  '/a.mp4': MP4,
};

/** Files of a business, as Instagram fetches them. */
export interface FileServer {
  url: string;
  close(): Promise<void>;
}

export function startFileServer(): Promise<FileServer> {
  const server = http.createServer((request, response) => {
    const bytes = FILES[request.url ?? ''];
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () =>
          new Promise((done) => {
            server.closeAllConnections();
            server.close(() => {
              done();
            });
          }),
      });
    });
  });
}

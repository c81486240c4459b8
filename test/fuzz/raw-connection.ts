import { connect } from 'node:net';

export interface RawExchange {
  /** All that came back. */
  text: string;
  /** Whether the service ended the connection. */
  isClosed: boolean;
}

/**
 * Sends bytes as they are and gathers what comes back, until the service ends the connection, as many answers are there as
 * were waited for, or the time is over.
 */
export async function exchange(
  url: string,
  pieces: string | Buffer | readonly (string | Buffer)[],
  { answers = 1, patienceMs = 15_000 }: { answers?: number; patienceMs?: number } = {},
): Promise<RawExchange> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    const finish = (isClosed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, isClosed });
    };
    const timer = setTimeout(() => {
      finish(false);
    }, patienceMs);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.split(/HTTP\/1\.1 [2-5]\d\d /).length > answers && isWhole(text)) finish(false);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      finish(true);
    });
    socket.on('connect', () => {
      const list = typeof pieces === 'string' || Buffer.isBuffer(pieces) ? [pieces] : pieces;
      for (const piece of list) socket.write(piece);
    });
  });
}

/** Whether the last answer is there with its body. */
function isWhole(text: string): boolean {
  const last = text.slice(text.lastIndexOf('HTTP/1.1 '));
  const end = last.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /content-length: (\d+)/i.exec(last)?.[1];
  return length === undefined
    ? last.endsWith('\r\n0\r\n\r\n') || last.includes(' 204 ')
    : last.length >= end + 4 + Number(length);
}

export function statusesOf({ text }: RawExchange): number[] {
  return [...text.matchAll(/HTTP\/1\.1 ([2-5]\d\d) /g)].map(([, status]) => Number(status));
}

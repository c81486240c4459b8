import type { IncomingMessage } from 'node:http';
import { PayloadTooLargeError, ServiceUnavailableError } from '../errors/app.error';

/** The sender went away, or sent what is no HTTP: there is nobody left to answer. */
export class RequestAbortedError extends Error {}

/**
 * Reads bodies as exact bytes, holding no more than a bounded number of them at once: senders that are slow, or many, must
 * not fill the memory. How long one may take is `limitArrival`'s to say.
 */
export class BodyReader {
  private heldBytes = 0;

  /**
   * @param mostBytes of one body
   * @param mostHeldBytes of all bodies that are being received
   */
  constructor(
    private readonly mostBytes: number,
    private readonly mostHeldBytes: number,
  ) {}

  /**
   * Calls back once: with the body, or with a PayloadTooLargeError, a ServiceUnavailableError when too much is being
   * received already, or a RequestAbortedError.
   */
  read(request: IncomingMessage, done: (error: Error | null, body: Buffer) => void): void {
    if (Number(request.headers['content-length'] ?? 0) > this.mostBytes) {
      done(this.tooLarge(), EMPTY);
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    let isDone = false;
    const finish = (error: Error | null): void => {
      if (isDone) return;
      isDone = true;
      this.heldBytes -= size;
      const [only] = chunks;
      done(
        error,
        error !== null || only === undefined
          ? EMPTY
          : chunks.length === 1
            ? only
            : Buffer.concat(chunks, size),
      );
    };
    request.on('data', (chunk: Buffer) => {
      if (isDone) return;
      size += chunk.length;
      this.heldBytes += chunk.length;
      chunks.push(chunk);
      if (size > this.mostBytes) finish(this.tooLarge());
      else if (this.heldBytes > this.mostHeldBytes)
        finish(new ServiceUnavailableError('Too much is being received at once. Send it again later.'));
    });
    request.on('end', () => {
      finish(null);
    });
    const abort = (): void => {
      if (!isDone) finish(new RequestAbortedError());
    };
    request.on('error', abort);
    request.on('close', abort);
  }

  private tooLarge(): PayloadTooLargeError {
    return new PayloadTooLargeError('The request body is too large.');
  }
}

const EMPTY = Buffer.alloc(0);

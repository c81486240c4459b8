import { Agent, request as httpRequest } from 'node:http';

export interface WireRequest {
  method: string;
  /** Path and query as they stand on the first line. */
  address: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer;
}
export interface WireAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

const NO_ANSWER_AFTER_MS = 20_000;

/** Sends addresses as they are, where `fetch` would put them right. */
export class Wire {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(private readonly url: string) {}

  /** @throws Error when the connection ends, or nothing comes, instead of an answer */
  send({ method, address, headers, body }: WireRequest): Promise<WireAnswer> {
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const request = httpRequest(
        { hostname, port, method, path: address, headers: { ...length, ...headers }, agent: this.agent },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            });
          });
        },
      );
      request.setTimeout(NO_ANSWER_AFTER_MS, () => {
        request.destroy(new Error(`No answer after ${NO_ANSWER_AFTER_MS} ms`));
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

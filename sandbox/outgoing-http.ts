import http from 'node:http';
import https from 'node:https';

export interface OutgoingRequest {
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** Real milliseconds. */
  timeoutMs: number;
}

export interface OutgoingAnswer {
  status: number;
  body: string;
}

const LARGEST_ANSWER_BYTES = 64 * 1024;

/** The sandbox's own calls (webhooks, verifications). Its sockets close with it, or a test would never end. */
export class OutgoingHttp {
  private readonly plain = new http.Agent({ keepAlive: true });
  private readonly secure = new https.Agent({ keepAlive: true });

  close(): void {
    this.plain.destroy();
    this.secure.destroy();
  }

  /** Rejects where there is no HTTP answer: refused, reset, timed out, not a URL. */
  send({ method, url, headers, body, timeoutMs }: OutgoingRequest): Promise<OutgoingAnswer> {
    return new Promise((resolve, reject) => {
      const secure = url.startsWith('https:');
      const options = { method, headers, timeout: timeoutMs, agent: secure ? this.secure : this.plain };
      const request = (secure ? https : http).request(url, options, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= LARGEST_ANSWER_BYTES) chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        });
      });
      request.on('timeout', () => request.destroy(new Error('timed out')));
      request.on('error', reject);
      request.end(body);
    });
  }
}

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

export interface DownloadedFile {
  status: number;
  contentType: string | undefined;
  bytes: Buffer;
}

const LARGEST_ANSWER_BYTES = 64 * 1024;
const MOST_REDIRECTS = 5;

/** The sandbox's own calls (webhooks, verifications). Its sockets close with it, or a test would never end. */
export class OutgoingHttp {
  private readonly plain = new http.Agent({ keepAlive: true });
  private readonly secure = new https.Agent({ keepAlive: true });

  close(): void {
    this.plain.destroy();
    this.secure.destroy();
  }

  /** Rejects where there is no HTTP answer: refused, reset, timed out, not a URL. */
  async send(request: OutgoingRequest): Promise<OutgoingAnswer> {
    const { status, bytes } = await this.exchange(request, (size) => size <= LARGEST_ANSWER_BYTES);
    return { status, body: bytes.toString('utf8') };
  }

  /** A file; rejects also where it is too large, or redirects without end. */
  async download(
    url: string,
    { timeoutMs, largestBytes }: { timeoutMs: number; largestBytes: number },
  ): Promise<DownloadedFile> {
    let next = url;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const answer = await this.exchange({ method: 'GET', url: next, timeoutMs }, (size) => {
        if (size > largestBytes) throw new Error('the file is too large');
        return true;
      });
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status >= 400 || location === undefined) {
        return { status: answer.status, contentType: answer.headers['content-type'], bytes: answer.bytes };
      }
      next = new URL(location, next).toString();
    }
    throw new Error('too many redirects');
  }

  /** `keep` decides over each piece by the size so far, or throws to end it. */
  private exchange(
    { method, url, headers, body, timeoutMs }: OutgoingRequest,
    keep: (size: number) => boolean,
  ): Promise<{ status: number; headers: http.IncomingHttpHeaders; bytes: Buffer }> {
    return new Promise((resolve, reject) => {
      const secure = url.startsWith('https:');
      const options = { method, headers, timeout: timeoutMs, agent: secure ? this.secure : this.plain };
      const request = (secure ? https : http).request(url, options, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          try {
            if (keep(size)) chunks.push(chunk);
          } catch (error) {
            request.destroy(error instanceof Error ? error : new Error(String(error)));
          }
        });
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes: Buffer.concat(chunks),
          });
        });
      });
      request.on('timeout', () => request.destroy(new Error('timed out')));
      request.on('error', reject);
      request.end(body);
    });
  }
}

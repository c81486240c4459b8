import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { ALLOWED_ADDRESS } from './hostile-server';

/** What was received: everything as it came, and what of it can be read. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  messageId: string;
  event: {
    type: string;
    timestamp: string;
    version: number;
    accountId: string;
    eventId: string;
    conversation: { id: string; sequence: number } | null;
    data: Record<string, unknown>;
  };
}

export type Answer = (received: Received, response: ServerResponse, request: IncomingMessage) => void;

/** A customer's system: it notes what it is told and answers as a test wants. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** By path; everything else is answered with 200. */
  readonly answers = new Map<string, Answer>();
  private readonly server = createServer((request, response) => {
    void this.take(request, response);
  });

  async start(host = '0.0.0.0', port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, host, resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Under an address that a test may allow. */
  url(path: string): string {
    return `http://${ALLOWED_ADDRESS}:${this.port}${path}`;
  }

  at(path: string): Received[] {
    return this.received.filter((each) => each.path === path);
  }

  answer(path: string, answer: Answer): void {
    this.answers.set(path, answer);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) =>
      this.server.close(() => {
        resolve();
      }),
    );
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    try {
      for await (const chunk of request) body += String(chunk);
    } catch {
      return; // It was broken off.
    }
    const received: Received = {
      path: request.url ?? '/',
      headers: request.headers,
      body,
      messageId: String(request.headers['webhook-id']),
      event: JSON.parse(body) as Received['event'],
    };
    this.received.push(received);
    const answer = this.answers.get(received.path);
    if (answer === undefined) response.end('ok');
    else answer(received, response, request);
  }
}

/** Verifies as a receiver would, with the published library. @throws WebhookVerificationError */
export function verify(secret: string, { body, headers }: Pick<Received, 'body' | 'headers'>): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

export function isVerified(secret: string, received: Pick<Received, 'body' | 'headers'>): boolean {
  try {
    verify(secret, received);
    return true;
  } catch {
    return false;
  }
}

export function answering(status: number, headers: Record<string, string> = {}, body = 'no'): Answer {
  return (_received, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

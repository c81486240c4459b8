import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands before the service and leads each request to one of its releases, as a load balancer does. */
export class Front {
  /** How often what was answered; 502 where the service did not. */
  readonly answers = new Map<number, number>();
  private target = '';

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Front> {
    const server = createServer();
    const front = new Front(server);
    server.on('request', (incoming: IncomingMessage, answer: ServerResponse) => {
      front.pass(incoming, answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Requests go there from now on; those that are under way are answered from where they are. */
  leadTo({ url }: { url: string }): void {
    this.target = url;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, headers, url = '/' } = incoming;
    const onward = request(new URL(url, this.target), { method, headers, agent: false }, (response) => {
      this.count(response.statusCode ?? 502);
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.once('error', () => {
      if (answer.headersSent) answer.destroy();
      else {
        this.count(502);
        answer.writeHead(502).end();
      }
    });
    incoming.pipe(onward);
  }

  private count(status: number): void {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
  }
}

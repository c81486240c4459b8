import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** Stands between the application and PostgreSQL or Redis, and can be cut as if the server had died. */
export class TcpProxy {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private port = 0;
  private isHeld = false;

  private constructor(private readonly target: { host: string; port: number }) {}

  /** @param target the address of a server, for instance a `postgres://` one */
  static async to(target: string): Promise<TcpProxy> {
    const { hostname, port, protocol } = new URL(target);
    const proxy = new TcpProxy({
      host: hostname,
      port: Number(port) || (protocol.startsWith('redis') ? 6379 : 5432),
    });
    await proxy.restore();
    return proxy;
  }

  /** The target's address, by way of the proxy. */
  urlFor(target: string): string {
    const url = new URL(target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.toString();
  }

  /** Ends all connections; new ones are refused. */
  async cut(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Connections stay, and nothing passes any more: as of a server that hangs. */
  hold(): void {
    this.isHeld = true;
    for (const socket of this.sockets) socket.pause();
  }

  release(): void {
    this.isHeld = false;
    for (const socket of this.sockets) socket.resume();
  }

  async restore(): Promise<void> {
    if (this.server !== undefined) return;
    const server = createServer((client) => {
      this.pipe(client, connect(this.target));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  private pipe(client: Socket, upstream: Socket): void {
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(socket);
      socket.pipe(other);
      if (this.isHeld) socket.pause();
      // The other end learns of it by its own closing.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

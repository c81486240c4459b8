import { randomBytes } from 'node:crypto';
import { type Socket, connect } from 'node:net';
import type { SeenEvent } from './realtime-follower';

/** A client of Socket.IO that is nothing but a connection: it can stop reading, which real ones cannot be told to. */
export class StallingClient {
  readonly events: SeenEvent[] = [];
  private bytes = Buffer.alloc(0);
  private isOpen = false;
  private text = '';

  private constructor(
    private readonly socket: Socket,
    private readonly token: string,
  ) {
    socket.on('data', (chunk) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this.take();
    });
    socket.on('error', () => undefined);
  }

  static async to(url: string, token: string): Promise<StallingClient> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    const client = new StallingClient(socket, token);
    socket.write(
      [
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
        `Host: ${host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        '',
        '',
      ].join('\r\n'),
    );
    return Promise.resolve(client);
  }

  stall(): void {
    this.socket.pause();
  }

  goOn(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.destroy();
  }

  private take(): void {
    if (!this.isOpen) {
      const end = this.bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.isOpen = true;
      this.bytes = this.bytes.subarray(end + 4);
    }
    for (let frame = this.nextFrame(); frame !== null; frame = this.nextFrame()) this.understand(frame);
  }

  /** Servers send text unmasked, and this one in single frames. */
  private nextFrame(): string | null {
    const { bytes } = this;
    if (bytes.length < 2) return null;
    const short = bytes[1]! & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < header) return null;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < header + length) return null;
    this.bytes = bytes.subarray(header + length);
    return bytes.toString('utf8', header, header + length);
  }

  private understand(frame: string): void {
    if (frame.startsWith('0')) this.send(`40/realtime,${JSON.stringify({ token: this.token })}`);
    else if (frame === '2') this.send('3');
    else if (frame.startsWith('42/realtime,')) {
      const [name, payload] = JSON.parse(frame.slice('42/realtime,'.length)) as [string, SeenEvent];
      if (name === 'template.updated') this.events.push(payload);
      else this.text += name;
    }
  }

  /** Whether the service has let it in. */
  get isReady(): boolean {
    return this.text.includes('ready');
  }

  private send(text: string): void {
    const payload = Buffer.from(text);
    const header =
      payload.length < 126
        ? Buffer.from([0x81, 0x80 | payload.length])
        : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
    // A mask of zeros leaves the payload as it is.
    this.socket.write(Buffer.concat([header, Buffer.alloc(4), payload]));
  }
}

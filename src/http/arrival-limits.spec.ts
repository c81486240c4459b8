import { type Server, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { eventually } from '../../test/eventually';
import { letArriveSlowly, limitArrival } from './arrival-limits';

describe('a request that does not arrive', () => {
  let server: Server;
  const ended: string[] = [];
  const sockets: Socket[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/bulk') letArriveSlowly(request);
      request.resume();
      request.on('end', () => response.end('whole'));
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      ended.push(error.code ?? '');
      socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n');
    });
    limitArrival(server, { limitMs: 50, fileLimitMs: 60_000, bulkIdleMs: 400, lookEveryMs: 20 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  afterEach(() => {
    ended.length = 0;
  });

  const begin = (type: string, path = '/'): { socket: Socket; answer: () => string } => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 4\r\n\r\nab`);
    return { socket, answer: () => text };
  };
  const answered = (answer: () => string, words: string): Promise<string> =>
    eventually(
      () => Promise.resolve(answer()),
      (text) => text.includes(words),
    );

  it('is ended after its time, as Node would end it', async () => {
    const { answer } = begin('application/json');
    await answered(answer, '408');
    expect(ended[0]).toBe('ERR_HTTP_REQUEST_TIMEOUT');
  });

  it.each(['multipart/form-data; boundary=x', 'text/csv'])('has more time as a file: %s', async (type) => {
    const file = begin(type);
    const other = begin('application/json');
    await answered(other.answer, '408');
    file.socket.write('cd');
    await answered(file.answer, 'whole');
  });

  it('may take its time as a file of any size while it goes on coming, and is ended when nothing comes', async () => {
    const { socket, answer } = begin('multipart/form-data; boundary=x', '/bulk');
    const other = begin('application/json');
    await answered(other.answer, '408');
    expect(answer()).toBe('');
    socket.write('c');
    await answered(answer, '408');
  });

  it('leaves a connection alone that has nothing under way', async () => {
    const kept = begin('application/json');
    kept.socket.write('cd');
    await answered(kept.answer, 'whole');
    await answered(begin('application/json').answer, '408');
    kept.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually(
      () => Promise.resolve(kept.answer()),
      (text) => text.split('whole').length === 3,
    );
  });
});

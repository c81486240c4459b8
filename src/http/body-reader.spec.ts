import { PassThrough } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { BodyReader } from './body-reader';

const aRequest = (headers: Record<string, string> = {}): PassThrough & IncomingMessage =>
  Object.assign(new PassThrough(), { headers }) as unknown as PassThrough & IncomingMessage;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('reading a body', () => {
  it('gives the exact bytes, however they are cut', async () => {
    const reader = new BodyReader(100, 100);
    const request = aRequest();
    const done = jest.fn();
    reader.read(request, done);
    for (const byte of [0x00, 0xff, 0x7b]) request.write(Buffer.from([byte]));
    request.end();
    await turn();
    await turn();
    expect(done.mock.calls).toEqual([[null, Buffer.from([0x00, 0xff, 0x7b])]]);
  });

  it('refuses one that is too long, by what it says or by what it is', async () => {
    const reader = new BodyReader(4, 100);
    const said = jest.fn();
    reader.read(aRequest({ 'content-length': '5' }), said);
    expect(said.mock.calls[0]).toMatchObject([{ code: 'PAYLOAD_TOO_LARGE' }, {}]);
    const request = aRequest();
    const sent = jest.fn();
    reader.read(request, sent);
    request.write('12345');
    await turn();
    expect(sent.mock.calls).toMatchObject([[{ code: 'PAYLOAD_TOO_LARGE' }, {}]]);
  });

  it('holds no more of all bodies together than it may, and takes others again once there is room', async () => {
    const reader = new BodyReader(10, 15);
    const [first, second, third] = [aRequest(), aRequest(), aRequest()];
    const answers = [jest.fn(), jest.fn(), jest.fn()] as const;
    reader.read(first, answers[0]);
    reader.read(second, answers[1]);
    first.write('1234567890');
    await turn();
    second.write('1234567890');
    await turn();
    expect(answers[0]).not.toHaveBeenCalled();
    expect(answers[1].mock.calls).toMatchObject([[{ code: 'SERVICE_UNAVAILABLE' }, {}]]);
    first.destroy();
    await turn();
    // The one that went away gave its room back.
    reader.read(third, answers[2]);
    third.end('1234567890');
    await turn();
    await turn();
    expect(answers[2].mock.calls).toEqual([[null, Buffer.from('1234567890')]]);
  });
});

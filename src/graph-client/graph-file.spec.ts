import { Readable } from 'node:stream';
import { multipartOf } from './graph-file';

const aFile = (fileName: string, open: () => Promise<Readable>) => ({
  fields: { messaging_product: 'whatsapp', type: 'image/png' },
  fileName,
  mimeType: 'image/png',
  size: 6,
  open,
});
const bytes = (): Promise<Readable> =>
  Promise.resolve(Readable.from([Buffer.from('abc'), Buffer.from('def')]));

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

describe('a file as multipart', () => {
  it('is as long as it says, and is read by others as it was', async () => {
    const { stream, length, contentType } = await multipartOf(aFile('größe.png', bytes));
    const text = await textOf(stream);
    expect(Buffer.byteLength(text)).toBe(length);
    const boundary = contentType.replace('multipart/form-data; boundary=', '');
    const part = (headers: string, value: string): string =>
      `--${boundary}\r\n${headers}\r\n\r\n${value}\r\n`;
    const named = (name: string): string => `Content-Disposition: form-data; name="${name}"`;
    expect(text).toBe(
      part(named('messaging_product'), 'whatsapp') +
        part(named('type'), 'image/png') +
        part(`${named('file')}; filename="größe.png"\r\nContent-Type: image/png`, 'abcdef') +
        `--${boundary}--\r\n`,
    );
  });

  it('cannot leave its header by its name', async () => {
    const { stream } = await multipartOf(aFile('a"\r\nx: y', bytes));
    expect(await textOf(stream)).toContain('filename="a%22%0D%0Ax: y"\r\n');
  });

  it('is closed when nobody reads on', async () => {
    const content = Readable.from([Buffer.from('abc'), Buffer.from('def')]);
    const { stream } = await multipartOf(aFile('a', () => Promise.resolve(content)));
    for await (const chunk of stream) if ((chunk as Buffer).includes('abc')) break;
    expect(content.destroyed).toBe(true);
  });
});

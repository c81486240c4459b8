import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';

/** A file to send as multipart, read as it is sent. */
export interface GraphFile {
  /** Sent before the file. */
  fields: Readonly<Record<string, string>>;
  /** What the field with the file is called. Default `file`. */
  fieldName?: string;
  fileName: string;
  mimeType: string;
  /** In bytes; exactly as many come. */
  size: number;
  /** Called once for each attempt. */
  open(): Promise<Readable>;
}

export interface MultipartBody {
  stream: Readable;
  /** In bytes: Meta wants to know it beforehand. */
  length: number;
  contentType: string;
}

/** `multipart/form-data` with the file at its end. */
export async function multipartOf(file: GraphFile): Promise<MultipartBody> {
  const boundary = `----${randomBytes(18).toString('base64url')}`;
  const fields = Object.entries(file.fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  // As browsers write it: what would end the quotes or the line is written in hexadecimal digits.
  const name = file.fileName.replace(/[\r\n"]/g, (sign) => encodeURIComponent(sign));
  const head = Buffer.from(
    `${fields.join('')}--${boundary}\r\nContent-Disposition: form-data; name="${file.fieldName ?? 'file'}"; filename="${name}"\r\n` +
      `Content-Type: ${file.mimeType}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const content = await file.open();
  return {
    stream: Readable.from(inOrder(head, content, tail), { objectMode: false }),
    length: head.length + file.size + tail.length,
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

async function* inOrder(
  head: Buffer,
  content: Readable,
  tail: Buffer,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield head;
    for await (const chunk of content) yield chunk as Buffer;
    yield tail;
  } finally {
    content.destroy();
  }
}

import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { AppError, PayloadTooLargeError, ValidationFailedError } from '../../errors/app.error';
import { problemOfMultipart } from '../../http/multipart';
import { LARGEST_KIND_BYTES } from './media-kinds';

/** The part with the file, at the moment at which it arrives. */
export interface FilePart {
  stream: Readable;
  /** As the client calls it. */
  declaredType: string;
  fileName: string;
  /** The fields that stood before it. */
  fields: Readonly<Record<string, string>>;
}

/** What surrounds the file in the body, generously. */
const OTHER_BYTES = 64 * 1024;
const LONGEST_FIELD = 1_024;
const MOST_FIELDS = 10;
/** What is still on its way when a file is refused is read and thrown away, so that the answer reaches the client. */
const LONGEST_DRAIN_MS = 10_000;

/**
 * Reads a form with one file as it comes.
 * @param take has to read the file to its end, or throw
 * @returns what `take` gave, and all fields, also those behind the file
 * @throws ValidationFailedError for a body that is no such form, or ends in the middle
 */
export async function readUploadForm<Taken>(
  request: FastifyRequest,
  take: (file: FilePart) => Promise<Taken>,
): Promise<{ taken: Taken; fields: Record<string, string> }> {
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_KIND_BYTES + OTHER_BYTES)
    throw new PayloadTooLargeError('WhatsApp takes files of at most 100 MB.', {
      maxBytes: LARGEST_KIND_BYTES,
    });
  const fields: Record<string, string> = {};
  let found: { taken: Taken } | undefined;
  try {
    for await (const part of partsOf(request)) {
      if (part.type === 'field') {
        addField(fields, part);
        continue;
      }
      if (part.fieldname !== 'file' || found !== undefined)
        throw ValidationFailedError.of('file', 'oneFile', 'Send one file, in the field named file.');
      const { file: stream, mimetype: declaredType } = part;
      // As browsers write a quotation mark inside of the quotes.
      const fileName = part.filename.replaceAll('%22', '"');
      found = { taken: await take({ stream, declaredType, fileName, fields: { ...fields } }) };
    }
  } catch (error) {
    await drain(request.raw);
    throw error instanceof AppError ? error : (problemOfMultipart(error) ?? error);
  }
  if (found === undefined)
    throw ValidationFailedError.of(
      'file',
      'isDefined',
      'Send the file in the field named file, as multipart/form-data.',
    );
  return { taken: found.taken, fields };
}

function partsOf(request: FastifyRequest): ReturnType<FastifyRequest['parts']> {
  return request.parts({
    // Sizes of files are counted where their kind is known.
    limits: { fileSize: Number.MAX_SAFE_INTEGER, fieldSize: LONGEST_FIELD, fields: MOST_FIELDS, files: 2 },
  });
}

function addField(
  fields: Record<string, string>,
  part: { fieldname: string; value: unknown; valueTruncated: boolean },
): void {
  const { fieldname: name, value, valueTruncated } = part;
  if (typeof value !== 'string' || valueTruncated || name in fields)
    throw ValidationFailedError.of(
      name,
      'isString',
      `${name} must be text of at most ${LONGEST_FIELD} characters, once.`,
    );
  fields[name] = value;
}

async function drain(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LONGEST_DRAIN_MS);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.once('end', end);
    request.once('close', end);
    request.once('error', end);
    request.resume();
  });
}

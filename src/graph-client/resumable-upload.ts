import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { IsString, Matches } from 'class-validator';
import { AppConfig } from '../config/app-config';
import { appSecretProof } from '../crypto/hmac-signature';
import { GraphUnavailableError, GraphUnreadableAnswerError } from './graph.error';
import { bodyOf } from './graph-answer';
import { GraphCircuit } from './graph-circuit';
import { GraphClient } from './graph-client';

/** What Meta takes this way: samples of templates and pictures of profiles. */
export const UPLOADABLE_TYPES: readonly string[] = [
  'application/pdf',
  'image/jpeg',
  'image/jpg',
  'image/png',
  'video/mp4',
];

/** A file that can be read again from any place, for a broken upload goes on where it stopped. */
export interface UploadSource {
  fileName: string;
  /** One of UPLOADABLE_TYPES, or Meta refuses it. */
  mimeType: string;
  sizeBytes: number;
  /** The bytes from `start` to the end. */
  read(start: number): Promise<AsyncIterable<Uint8Array>>;
}

class SessionAnswer {
  /** `upload:…?sig=…`. It becomes the path of calls as it is: encoded, Meta would not know it. */
  @IsString() @Matches(/^upload:[\w.~:+=/%-]+(?:\?[\w.~:+=/%&-]*)?$/) id!: string;
}

interface Progress {
  handle: string | null;
  /** null: Meta did not say. */
  offset: number | null;
}

/** Attempts in a row that bring nothing further. */
const MOST_FRUITLESS = 3;
const LONGEST_ANSWER_BYTES = 64 * 1024;

/**
 * Meta's resumable upload: a session for a file of known size, then its bytes, and a handle in the end that stands for the
 * file in other calls. Source: Graph documentation, "Resumable Upload API".
 */
@Injectable()
export class ResumableUpload {
  constructor(
    private readonly graph: GraphClient,
    private readonly circuit: GraphCircuit,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param signal ends it
   * @returns the handle, as `4::aW1hZ2…`
   * @throws GraphError; a connection that breaks is no reason to begin anew, and only several in a row are one to give up
   */
  async upload(token: string, source: UploadSource, signal?: AbortSignal): Promise<string> {
    const { id } = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(this.config.env.META_APP_ID)}/uploads`,
      token,
      query: { file_name: source.fileName, file_length: source.sizeBytes, file_type: source.mimeType },
      response: SessionAnswer,
      host: 'graph-media',
      // A session that nobody uses ends by itself.
      retry: 'safe',
    });
    if (id.includes('..'))
      throw new GraphUnreadableAnswerError("Meta's upload session is not readable.", 200);
    return this.send(token, id, source, signal);
  }

  private async send(
    token: string,
    session: string,
    source: UploadSource,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    let offset = 0;
    let fruitless = 0;
    for (;;) {
      let failure: unknown;
      try {
        const { handle, offset: reached } = await this.circuit.run('graph-media', () =>
          this.exchange('POST', session, token, { source, offset, signal }),
        );
        if (handle !== null) return handle;
        failure = new GraphUnreadableAnswerError('Meta took a file and gave no handle for it.', 200);
        if (reached !== null && reached > offset && reached <= source.sizeBytes) {
          offset = reached;
          fruitless = 0;
          continue;
        }
      } catch (error) {
        if (!(error instanceof GraphUnavailableError) || signal?.aborted === true) throw error;
        failure = error;
      }
      const reached = await this.offsetOf(token, session, source.sizeBytes, signal);
      fruitless = reached > offset ? 0 : fruitless + 1;
      if (fruitless >= MOST_FRUITLESS) throw failure;
      offset = reached;
    }
  }

  /** How much of the file Meta has; what it does not tell is sent again from the beginning. */
  private async offsetOf(
    token: string,
    session: string,
    sizeBytes: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      try {
        const { offset } = await this.circuit.run('graph-media', () =>
          this.exchange('GET', session, token, { signal }),
        );
        return offset !== null && offset >= 0 && offset <= sizeBytes ? offset : 0;
      } catch (error) {
        if (!(error instanceof GraphUnavailableError) || signal?.aborted === true) throw error;
        if (tries >= MOST_FRUITLESS) throw error;
      }
    }
  }

  private async exchange(
    method: 'GET' | 'POST',
    session: string,
    token: string,
    {
      source,
      offset = 0,
      signal,
    }: { source?: UploadSource; offset?: number; signal: AbortSignal | undefined },
  ): Promise<Progress> {
    const { META_GRAPH_URL, META_GRAPH_VERSION, META_APP_SECRET, META_TIMEOUT_MS } = this.config.env;
    const proof = `appsecret_proof=${appSecretProof(token, META_APP_SECRET)}`;
    const url = `${META_GRAPH_URL}/${META_GRAPH_VERSION}/${session}${session.includes('?') ? '&' : '?'}${proof}`;
    const outgoing = (url.startsWith('https:') ? https : http).request(url, {
      method,
      headers: {
        Accept: 'application/json',
        // Not `Bearer`: this edge documents the older word.
        Authorization: `OAuth ${token}`,
        ...(source === undefined
          ? {}
          : {
              file_offset: String(offset),
              'Content-Type': 'application/octet-stream',
              'Content-Length': String(source.sizeBytes - offset),
            }),
      },
      timeout: META_TIMEOUT_MS, // of silence: large files take their time
      ...(signal === undefined ? {} : { signal }),
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('silence')));
    try {
      const answer = answerTo(outgoing);
      // A refusal may come before the last byte has left; then it, and not the broken pipe, is the reason.
      const sending = source === undefined ? endOf(outgoing) : write(outgoing, source, offset);
      const [{ status, headers, text }] = await Promise.all([answer, sending.catch(() => undefined)]);
      return progressOf(bodyOf({ httpStatus: status, headers, text }, { secrets: [token] }));
    } catch (error) {
      if (error instanceof GraphUnavailableError || !isConnectionError(error)) throw error;
      throw new GraphUnavailableError(`An upload to Meta broke off (${error.code ?? 'silence'}).`, 'unknown');
    }
  }
}

interface TextAnswer {
  status: number;
  headers: Record<string, string | undefined>;
  text: string;
}

function answerTo(outgoing: http.ClientRequest): Promise<TextAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      readText(incoming).then((text) => {
        const headers = Object.fromEntries(
          Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
        );
        resolve({ status: incoming.statusCode ?? 0, headers, text });
      }, reject);
    });
  });
}

async function readText(incoming: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > LONGEST_ANSWER_BYTES)
      throw new GraphUnreadableAnswerError('Meta answered an upload with more than can be read.', 200);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function write(outgoing: http.ClientRequest, source: UploadSource, offset: number): Promise<void> {
  try {
    const bytes = offset === source.sizeBytes ? [] : await source.read(offset);
    await pipeline(Readable.from(bytes, { objectMode: false }), outgoing);
  } catch (error) {
    // Without it the other side would wait for bytes that nobody sends.
    outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

function endOf(outgoing: http.ClientRequest): Promise<void> {
  outgoing.end();
  return Promise.resolve();
}

function progressOf(body: unknown): Progress {
  const answer = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const offset = Number(answer.file_offset ?? NaN);
  return {
    handle: typeof answer.h === 'string' && answer.h !== '' ? answer.h : null,
    offset: Number.isSafeInteger(offset) ? offset : null,
  };
}

const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ABORT_ERR',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

function isConnectionError(error: unknown): error is NodeJS.ErrnoException {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message } = error as Partial<NodeJS.ErrnoException>;
  return message === 'silence' || message === 'aborted' || (code !== undefined && CONNECTION_CODES.has(code));
}

import { Readable } from 'node:stream';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';

export const BATCHES = '/api/meta/sentiment/batches';

export interface BatchView {
  id: string;
  state: string;
  columns: string[];
  column: string;
  delimiter: string | null;
  bytes: number;
  bytesDone: number;
  rowsDone: number;
  counts: { positive: number; neutral: number; negative: number };
  errorsTotal: number;
  problem: { code: string; message: string } | null;
  errors: { line: number; code: string; message: string }[];
}

export interface BatchFile {
  name: string;
  content: string | Buffer;
  fields?: Record<string, string>;
}

type Started = ApiAnswer<ApiBody<{ id: string; status: string }>>;

export async function handIn(client: ApiClient, { name, content, fields = {} }: BatchFile): Promise<Started> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), name);
  return client.raw<{ id: string; status: string }>(BATCHES, { method: 'POST', body: form });
}

/** A file that is made while it is sent. */
export async function handInStream(
  client: ApiClient,
  name: string,
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<Started> {
  const boundary = 'a-boundary-that-no-text-has';
  async function* body(): AsyncGenerator<Buffer> {
    yield Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n` +
        'content-type: text/csv\r\n\r\n',
    );
    yield* pieces;
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Readable.toWeb(Readable.from(body())) as ReadableStream<Uint8Array>,
    duplex: 'half',
  };
  return client.raw<{ id: string; status: string }>(BATCHES, init);
}

export async function batch(client: ApiClient, id: string): Promise<BatchView> {
  return (await client.get<BatchView>(`${BATCHES}/${id}`)).body.data;
}

export async function batchWhen(
  client: ApiClient,
  id: string,
  isWanted: (batch: BatchView) => boolean,
  timeoutMs = 60_000,
): Promise<BatchView> {
  return eventually(() => batch(client, id), isWanted, { timeoutMs, intervalMs: 50 });
}

/** Hands it in and waits until it is worked off. */
export async function workedOff(client: ApiClient, file: BatchFile): Promise<BatchView> {
  const started = await handIn(client, file);
  if (started.status !== 202) throw new Error(`Handing in answered ${started.status}: ${started.text}`);
  return batchWhen(client, started.body.data.id, ({ state }) => state === 'completed' || state === 'failed');
}

export interface ResultObject {
  line: number;
  columns: Record<string, string>;
  label: string;
  confidence: number;
  language: string | null;
  score: number;
}

export async function resultsOf(client: ApiClient, id: string): Promise<ResultObject[]> {
  const { status, text } = await client.raw(`${BATCHES}/${id}/results?format=json`, {});
  if (status !== 200) throw new Error(`The result answered ${status}: ${text}`);
  return JSON.parse(text) as ResultObject[];
}

import { parse } from 'csv-parse/sync';
import { MediaStorage } from '../../src/media/media-storage';
import {
  SentimentRefusedError,
  SentimentUnavailableError,
} from '../../src/sentiment/analysis/sentiment.errors';
import { BatchWorker } from '../../src/sentiment/batches/batch.worker';
import { partKey, uploadKey } from '../../src/sentiment/batches/stored-batch';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  BATCHES,
  type BatchView,
  batchWhen,
  handIn,
  resultsOf,
  workedOff,
} from '../factories/sentiment-batches.factory';
import { ScriptedAnalyzer, type SentimentTenant, aSentimentTenant } from '../factories/sentiment.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

describe('a file of texts', () => {
  let app: TestApp;
  let admin: ApiClient;
  let analyzer: ScriptedAnalyzer;
  let tenant: SentimentTenant;
  let client: ApiClient;

  beforeAll(async () => {
    app = await startTestApp();
    admin = app.api.as(await app.api.registerAdmin());
    analyzer = new ScriptedAnalyzer(app);
    tenant = await aSentimentTenant(app, admin, 'agent');
    client = tenant.client;
  });
  afterAll(async () => {
    await app.close();
  });
  beforeEach(() => {
    analyzer.reset();
  });

  it('is worked off: every line once, in order, with its own columns, and counted', async () => {
    const content =
      '\ufeffid;review\r\n7;"great; really"\r\n8;"two\r\nlines, awful"\r\n\r\n9;so so\r\n10;ممتاز great\r\n';
    const done = await workedOff(client, { name: 'reviews.csv', content });
    expect(done).toMatchObject({
      state: 'completed',
      delimiter: ';',
      columns: ['id', 'review'],
      column: 'review',
      rowsDone: 4,
      counts: { positive: 2, neutral: 1, negative: 1 },
      errorsTotal: 0,
    });
    expect(done.bytesDone).toBe(done.bytes);
    expect(await resultsOf(client, done.id)).toEqual([
      {
        line: 2,
        columns: { id: '7', review: 'great; really' },
        label: 'positive',
        confidence: 0.9,
        language: 'en',
        score: 0.9,
      },
      {
        line: 3,
        columns: { id: '8', review: 'two\r\nlines, awful' },
        label: 'negative',
        confidence: 0.95,
        language: 'en',
        score: -0.9,
      },
      {
        line: 6,
        columns: { id: '9', review: 'so so' },
        label: 'neutral',
        confidence: 0.7,
        language: 'en',
        score: 0,
      },
      {
        line: 7,
        columns: { id: '10', review: 'ممتاز great' },
        label: 'positive',
        confidence: 0.9,
        language: 'ar',
        score: 0.9,
      },
    ]);
    const lines = (await client.raw(`${BATCHES}/${done.id}/results?format=jsonl`, {})).text
      .trim()
      .split('\n');
    expect(lines).toHaveLength(4);
  });

  it('is given back as CSV with its own cells as they came, and ours so that no spreadsheet runs them', async () => {
    const content = 'name,text\n"=cmd()",awful\n-5,"@great, ""yes"""\n';
    const { id } = await workedOff(client, { name: 'x.csv', content, fields: { column: '2' } });
    const exact = await client.raw(`${BATCHES}/${id}/results?format=csv`, {});
    expect(exact.headers.get('content-disposition')).toContain('attachment');
    expect(parse(exact.text, { bom: true })).toEqual([
      ['name', 'text', 'line', 'sentiment', 'confidence', 'language', 'score'],
      ['=cmd()', 'awful', '2', 'negative', '0.95', 'en', '-0.9'],
      ['-5', '@great, "yes"', '3', 'positive', '0.9', 'en', '0.9'],
    ]);
    const safe = await client.raw(`${BATCHES}/${id}/results?format=csv&formulaSafe=true`, {});
    const rows: string[][] = parse(safe.text, { bom: true });
    expect(rows.map(([name, text]) => [name, text])).toEqual([
      ['name', 'text'],
      ["'=cmd()", 'awful'],
      ['-5', `'@great, "yes"`],
    ]);
  });

  it('may be one text a line, and UTF-16, as spreadsheets write it', async () => {
    const text = Buffer.from('\ufeffgreat "day"\r\nawful, really\r\n', 'utf16le');
    const done = await workedOff(client, { name: 'texts.txt', content: text });
    expect(done).toMatchObject({ delimiter: null, counts: { positive: 1, neutral: 0, negative: 1 } });
    expect((await resultsOf(client, done.id)).map(({ columns }) => columns.text)).toEqual([
      'great "day"',
      'awful, really',
    ]);
  });

  it('costs a bad line only itself: each is told by its number', async () => {
    analyzer.troubles.set('forbidden', new SentimentRefusedError('It may not be read.'));
    const content = [
      'id,text',
      '1,great',
      '2,"open',
      '3,"so so"x',
      '4,',
      '5,one,too many',
      '6,forbidden',
      `7,${'x'.repeat(1_100_000)}`,
      '8,awful',
    ].join('\n');
    const done = await workedOff(client, { name: 'bad.csv', content });
    expect(done).toMatchObject({ state: 'completed', rowsDone: 2, errorsTotal: 6 });
    const told = [
      { line: 3, code: 'csv.quote' },
      { line: 4, code: 'csv.quote' },
      { line: 5, code: 'text.empty' },
      { line: 6, code: 'csv.columns' },
      { line: 7, code: 'text.refused' },
      { line: 8, code: 'line.too_long' },
    ];
    expect(done.errors).toMatchObject(told);
    expect((await resultsOf(client, done.id)).map(({ line }) => line)).toEqual([2, 9]);
    const page = await client.get<{ errors: unknown[]; total: number; nextAfterLine: number | null }>(
      `${BATCHES}/${done.id}/errors?limit=2&afterLine=4`,
    );
    expect(page.body.data).toMatchObject({ errors: told.slice(2, 4), total: 6, nextAfterLine: 6 });
  });

  it.each([
    ['an empty file', { name: 'a.csv', content: '' }, 'file.empty'],
    ['only a header', { name: 'a.csv', content: 'id,text\n\n' }, 'file.empty'],
    ['no such column', { name: 'a.csv', content: 'a,b\n1,2\n', fields: { column: 'review' } }, 'csv.column'],
    ['no column that is known', { name: 'a.csv', content: 'a,b\n1,2\n' }, 'csv.column'],
    ['a picture', { name: 'a.csv', content: Buffer.from('89504e470d0a1a0a0000000d', 'hex') }, 'file.binary'],
    ['bytes that are zero', { name: 'a.csv', content: `text\n${'x'.repeat(50)}\0\n` }, 'file.binary'],
    ['Latin-1', { name: 'a.txt', content: Buffer.from('sch\xf6n\n', 'latin1') }, 'file.encoding'],
    ['a header that is never closed', { name: 'a.csv', content: '"text\nfine\n' }, 'csv.quote_open'],
    ['an unknown field', { name: 'a.csv', content: 'text\nx\n', fields: { colunm: 'text' } }, 'unknownField'],
  ])('is refused at once where there is no working with it: %s', async (_, file, rule) => {
    const answer = await handIn(client, file);
    expect({ status: answer.status, fields: answer.body.error.details.fields }).toMatchObject({
      status: 400,
      fields: [{ rule }],
    });
    const listed = await client.get<{ batches: BatchView[] }>(BATCHES);
    expect(listed.body.data.batches.every(({ state }) => state === 'completed')).toBe(true);
  });

  it('is refused without a file, and of a kind that is no form', async () => {
    const empty = new FormData();
    empty.append('format', 'csv');
    expect((await client.raw(BATCHES, { method: 'POST', body: empty })).status).toBe(400);
    expect((await client.post(BATCHES, { file: 'x' })).status).toBe(400);
  });

  it('waits while nobody can read, and goes on where it was', async () => {
    const rows = Array.from(
      { length: 4_500 },
      (_, index) => `${index},${index % 2 === 0 ? 'great' : 'awful'}`,
    );
    analyzer.outage = new SentimentUnavailableError('Nobody is there.', 10);
    const { body } = await handIn(client, { name: 'a.csv', content: `id,text\n${rows.join('\n')}\n` });
    const { id } = body.data;
    const waiting = await batchWhen(client, id, ({ state }) => state === 'waiting');
    expect(waiting.problem).toMatchObject({ code: 'ANALYZER_UNAVAILABLE' });
    expect((await client.raw(`${BATCHES}/${id}/results`, {})).status).toBe(409);
    analyzer.outage = null;
    await app.db.query('UPDATE sentiment_batches SET available_at = now() WHERE id = $1', [id]);
    await batchWhen(client, id, ({ state }) => state === 'completed');
    const results = await resultsOf(client, id);
    expect(results.map(({ columns }) => Number(columns.id))).toEqual(rows.map((__, index) => index));
  });

  it('belongs to who handed it in, and is shared with the members of an account on request', async () => {
    const other = await aSentimentTenant(app, admin, 'agent');
    const member = await admin.createUser('agent');
    await app.db.query(`INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'member')`, [
      tenant.accountId,
      member.id,
    ]);
    const own = await workedOff(client, { name: 'own.txt', content: 'great\n' });
    const shared = await workedOff(client, {
      name: 'shared.txt',
      content: 'great\n',
      fields: { accountId: tenant.accountId },
    });
    const asMember = app.api.as(member);
    for (const path of ['', '/errors', '/results']) {
      expect((await other.client.get(`${BATCHES}/${own.id}${path}`)).status).toBe(404);
      expect((await other.client.get(`${BATCHES}/${shared.id}${path}`)).status).toBe(404);
      expect((await asMember.get(`${BATCHES}/${own.id}${path}`)).status).toBe(404);
      expect((await asMember.get(`${BATCHES}/${shared.id}${path}`)).status).toBe(200);
    }
    for (const stranger of [other.client, asMember]) {
      expect((await stranger.post(`${BATCHES}/${own.id}/cancel`)).status).toBe(404);
      expect((await stranger.delete(`${BATCHES}/${own.id}`)).status).toBe(404);
    }
    expect((await asMember.delete(`${BATCHES}/${shared.id}`)).status).toBe(403);
    const listOf = async (who: ApiClient): Promise<string[]> =>
      (await who.get<{ batches: BatchView[] }>(BATCHES)).body.data.batches.map(({ id }) => id);
    expect(await listOf(other.client)).toEqual([]);
    expect(await listOf(asMember)).toEqual([shared.id]);
    expect((await listOf(client)).slice(0, 2)).toEqual([shared.id, own.id]);
    const foreign = await handIn(other.client, {
      name: 'a.txt',
      content: 'great\n',
      fields: { accountId: tenant.accountId },
    });
    expect(foreign).toMatchObject({ status: 404, body: { error: { code: 'ACCOUNT_NOT_FOUND' } } });
  });

  it('is listed page by page', async () => {
    const reader = await aSentimentTenant(app, admin, 'agent');
    const ids: string[] = [];
    for (const name of ['1.txt', '2.txt', '3.txt'])
      ids.unshift((await workedOff(reader.client, { name, content: 'great\n' })).id);
    interface Page {
      batches: BatchView[];
      pagination: { before: string | null; after: string | null };
    }
    const first = (await reader.client.get<Page>(`${BATCHES}?limit=2`)).body.data;
    expect(first.batches.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = (await reader.client.get<Page>(`${BATCHES}?limit=2&before=${first.pagination.before}`))
      .body.data;
    expect(second.batches.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(second.pagination.before).toBeNull();
    const newer = (await reader.client.get<Page>(`${BATCHES}?after=${second.pagination.after}`)).body.data;
    expect(newer.batches.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  });

  it('stops when it is cancelled, and goes with its files when it is removed or has expired', async () => {
    analyzer.outage = new SentimentUnavailableError('Nobody is there.', 10);
    const { body } = await handIn(client, { name: 'a.txt', content: 'great\n' });
    await batchWhen(client, body.data.id, ({ state }) => state === 'waiting');
    expect((await client.post(`${BATCHES}/${body.data.id}/cancel`)).body.data).toMatchObject({
      state: 'cancelled',
    });
    expect(await resultsOf(client, body.data.id)).toEqual([]);
    analyzer.outage = null;
    const done = await workedOff(client, { name: 'b.txt', content: 'great\n' });
    const storage = app.app.get(MediaStorage);
    expect(await storage.sizeOf(partKey(done.id, 0))).toBeGreaterThan(0);
    expect(await storage.sizeOf(uploadKey(done.id))).toBeNull();
    expect((await client.delete(`${BATCHES}/${done.id}`)).status).toBe(200);
    expect((await client.get(`${BATCHES}/${done.id}`)).status).toBe(404);
    await app.db.query(`UPDATE sentiment_batches SET expires_at = now() WHERE id = $1`, [body.data.id]);
    await app.app.get(BatchWorker).removeRegularly();
    await eventually(
      async () => [await storage.sizeOf(partKey(done.id, 0)), await storage.sizeOf(uploadKey(body.data.id))],
      (sizes) => sizes.every((size) => size === null),
      { timeoutMs: 30_000 },
    );
    expect((await client.get(`${BATCHES}/${body.data.id}`)).status).toBe(404);
  });
});

import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  CAMPAIGNS,
  type ImportShown,
  aCampaign,
  acted,
  addCsv,
  campaign,
  people,
  recipients,
} from '../factories/campaigns.factory';
import { type Messenger, aMessenger } from '../factories/messaging.factory';
import { type TestApp, startTestApp } from '../test-app';

describe('recipients of a campaign', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
  });
  afterAll(() => app.close());

  const imports = async (id: string): Promise<ImportShown[]> =>
    (await me.client.get<{ imports: ImportShown[] }>(`${CAMPAIGNS}/${id}/imports`)).body.data.imports;

  it('come as a file with a mark, semicolons and quotes, each line judged by itself', async () => {
    const id = await aCampaign(me.client);
    const csv = [
      '\ufeffName;"Mobile number"',
      'Ana;+1 (650) 555-1234',
      'Ana again;0016505551234',
      'Bo;6505551234',
      'Cy;1.65055E+10',
      '"Di; the second";+44 (0)20 7946 0018',
      'Ed;=HYPERLINK(1)',
      'Fi;US.13491208655302741918',
      'Gu;+1650FLOWERS',
      'Ha;',
      '=1+1;+447700900123',
      '',
    ].join('\r\n');
    const answer = await addCsv(me.client, id, csv);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({
      state: 'completed',
      lines: 10,
      added: 4,
      duplicates: 1,
      invalid: 5,
      columns: ['Name', 'Mobile number'],
      error: null,
    });
    const { errors } = answer.body.data;
    expect(errors.map(({ line }) => line)).toEqual([4, 5, 7, 9, 10]);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['recipient.invalid']));
    expect(errors[1]?.message).toContain('spreadsheet');
    expect(errors[2]?.message).toContain('formula');
    expect((await recipients(me.client, id)).map(({ to }) => to)).toEqual([
      '+16505551234',
      '+442079460018',
      'US.13491208655302741918',
      '+447700900123',
    ]);
    const page = await me.client.get<{ errors: unknown[]; total: number; nextAfterLine: number | null }>(
      `${CAMPAIGNS}/${id}/imports/${answer.body.data.id}/errors?limit=2`,
    );
    expect(page.body.data).toMatchObject({ errors: [{ line: 4 }, { line: 5 }], total: 5, nextAfterLine: 5 });
  });

  it('come in a form, from a column that is named, or as JSON', async () => {
    const id = await aCampaign(me.client);
    const form = new FormData();
    const [ana = '', bo = '', cy = ''] = people(3);
    form.append('file', new Blob([`Kontakt\n${ana}\n`], { type: 'text/csv' }), 'kunden.csv');
    const path = `${CAMPAIGNS}/${id}/recipients`;
    const refused = await me.client.raw(path, { method: 'POST', body: form });
    expect(refused.body.error.details).toMatchObject({
      fields: [{ path: 'line 1', rule: 'csv.phone_column' }],
    });
    const taken = await me.client.raw<ImportShown>(`${path}?column=kontakt`, { method: 'POST', body: form });
    expect(taken.body.data).toMatchObject({ added: 1, fileName: 'kunden.csv' });
    const json = await me.client.post<ImportShown>(path, {
      recipients: [{ to: ana }, { to: bo }, { to: '12' }],
    });
    expect(json.body.data).toMatchObject({ added: 1, duplicates: 1, invalid: 1, errors: [{ line: 3 }] });
    const utf16 = Uint8Array.from(Buffer.from(`\ufeffphone\tname\n${cy}\tÇy\n`, 'utf16le'));
    expect((await addCsv(me.client, id, utf16)).body.data).toMatchObject({ added: 1 });
  });

  it('are refused as a whole only when nobody among them can be used', async () => {
    const id = await aCampaign(me.client);
    const none = await addCsv(me.client, id, 'phone\n123\nabc\n');
    expect(none.status).toBe(400);
    expect(none.body.error).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'line 2', rule: 'recipient.invalid' }, { path: 'line 3' }] },
    });
    expect((await addCsv(me.client, id, '')).status).toBe(400);
    expect((await addCsv(me.client, id, 'phone\n')).status).toBe(400);
    expect((await me.client.post(`${CAMPAIGNS}/${id}/recipients`, { recipients: [] })).status).toBe(400);
    const elsewhere = await me.client.raw(CAMPAIGNS, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'phone\n',
    });
    expect([elsewhere.status, elsewhere.body.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA']);
  });

  it('before a quote that is left open are kept, and the line is named', async () => {
    const id = await aCampaign(me.client);
    const [ana = '', bo = '', cy = ''] = people(3);
    const answer = await addCsv(me.client, id, `phone,name\n${ana},Ana\n${bo},"Bo\n${cy},Cy\n`);
    expect(answer.body.data).toMatchObject({
      state: 'broken',
      added: 1,
      lineReached: 2,
      error: { code: 'csv.quote_open', message: expect.stringContaining('line 3') as unknown },
    });
    expect(
      (await addCsv(me.client, id, `phone,name\n${ana},Ana\n${bo},"Bo"\n${cy},Cy\n`)).body.data,
    ).toMatchObject({
      state: 'completed',
      added: 2,
      duplicates: 1,
    });
  });

  it('of an upload that breaks off stay as far as it came, and the same file completes them', async () => {
    const id = await aCampaign(me.client);
    const numbers = people(50);
    const file = `phone\n${numbers.join('\n')}\n`;
    // The cut goes through a number: half of it is somebody else's.
    await brokenUpload(id, file, 6 + 13 * 20 + 11);
    const [broken] = await eventually(
      () => imports(id),
      (found) => found[0]?.state === 'broken',
    );
    expect(broken).toMatchObject({ added: 20, lineReached: 21, error: { code: 'UPLOAD_BROKEN' } });
    expect((await addCsv(me.client, id, file)).body.data).toMatchObject({ added: 30, duplicates: 20 });
    expect((await recipients(me.client, id)).map(({ to }) => to)).toEqual(numbers);
  });

  it('are fixed once the campaign has been started', async () => {
    const id = await aCampaign(me.client);
    const [ana = '', bo = ''] = people(2);
    await addCsv(me.client, id, `phone\n${ana}\n`);
    await acted(me.client, id, 'start');
    const late = await addCsv(me.client, id, `phone\n${bo}\n`);
    expect([late.status, late.body.error.code]).toEqual([409, 'CONFLICT']);
    expect((await campaign(me.client, id)).progress.counts.total).toBe(1);
  });

  it('are counted, not stored, when one person is named 200,000 times', async () => {
    const id = await aCampaign(me.client);
    const [ana = ''] = people(1);
    const answer = await addCsv(me.client, id, `phone\n${`${ana}\n`.repeat(200_000)}`);
    expect(answer.body.data).toMatchObject({
      state: 'completed',
      lines: 200_000,
      added: 1,
      duplicates: 199_999,
      lineReached: 200_001,
    });
    expect((await campaign(me.client, id)).progress.counts).toMatchObject({ total: 1, pending: 1 });
  }, 180_000);

  it('are one person each in every form of a number', async () => {
    const id = await aCampaign(me.client);
    const answer = await addCsv(
      me.client,
      id,
      'phone\n+5511987654321\n+551187654321\n+525512345678\n5215512345678\n',
    );
    expect(answer.body.data).toMatchObject({ added: 2, duplicates: 2 });
  });

  it('of somebody else’s campaign cannot be seen or changed', async () => {
    const id = await aCampaign(me.client);
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await addCsv(stranger, id, 'phone\n+16505551234\n')).status).toBe(404);
    for (const path of ['', '/recipients', '/recipients.csv', '/imports', '/forecast', '/reasons'])
      expect((await stranger.get(`${CAMPAIGNS}/${id}${path}`)).status).toBe(404);
  });

  /** Sends the beginning of a file and lets the connection go. */
  async function brokenUpload(id: string, file: string, bytes: number): Promise<void> {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(file.slice(0, bytes)));
        setTimeout(() => {
          controller.error(new Error('The cable was pulled.'));
        }, 300);
      },
    });
    const upload = me.client.raw(`${CAMPAIGNS}/${id}/recipients`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body,
      duplex: 'half',
    });
    await expect(upload).rejects.toThrow();
  }
});

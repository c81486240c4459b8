import type { ApiClient } from '../api-client';
import { aTenant } from '../factories/conversations.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

describe('a search', () => {
  let app: TestApp;
  let client: ApiClient;

  beforeAll(async () => {
    app = await startTestApp();
    const admin = await app.api.registerAdmin();
    client = app.api.as(admin);
    const { accountId } = await aTenant(app.db);
    await app.db.query(`INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'member')`, [
      accountId,
      admin.id,
    ]);
  });
  afterAll(() => app.close());

  it.each([
    ['signs alone', '!?&|()<->:*'],
    ['an emoji', '👍'],
    ['null bytes', '\0\0'],
    ['spaces', '   '],
    ['more than anybody types', 'a'.repeat(10_000)],
    ['too many words', Array.from({ length: 17 }, (_, index) => `w${index}`).join(' ')],
  ])('refuses %s with a reason', async (_, q) => {
    for (const path of ['/api/meta/conversations/search', '/api/meta/conversations']) {
      const answer = await client.get(`${path}?q=${encodeURIComponent(q)}`);
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { code: 'VALIDATION_FAILED', details: { fields: [{ path: 'q' }] } } },
      });
    }
  });

  it.each([
    `it's | !(a) & b:*`,
    `\\' OR 1=1 --`,
    `'); DROP TABLE messages; --`,
    `"unfinished`,
    `""`.repeat(20) + 'x',
    `a\0b`,
    `@x #1234 ^202603 en/walk`,
    `\u202Eabc \uFFFE\uFDD0`,
    '%_\\',
    `<b>bold</b> 'quoted':1A`,
  ])('takes %j for words', async (q) => {
    const { status } = await client.get(
      `/api/meta/conversations/search?q=${encodeURI(q).replaceAll('#', '%23').replaceAll('&', '%26')}`,
    );
    expect([200, 400]).toContain(status);
  });

  it.each(['%00', '%ED%A0%80', '%C3%28', 'a%00b'])(
    'takes the bytes %s for a search or a mistake',
    async (q) => {
      const { status } = await client.get(`/api/meta/conversations/search?q=${q}`);
      expect([200, 400]).toContain(status);
    },
  );

  it.each([
    'before=nonsense',
    'limit=0',
    'kind=thing',
    'from=yesterday',
    'from=2026-02-30',
    'colour=blue',
    'until=2025-01-01&from=2026-01-01',
  ])('refuses &%s', async (query) => {
    const answer = await client.get(`/api/meta/conversations/search?q=x&${query}`);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } });
  });
});

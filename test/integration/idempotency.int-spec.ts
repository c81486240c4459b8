import { type AccountId, newId } from '../../src/database/ids';
import { IdempotencyKeys, requestDigest } from '../../src/http/idempotency-key';
import { IdempotencyScheduler } from '../../src/http/idempotency.scheduler';
import { type TestApp, startTestApp } from '../test-app';

describe('IdempotencyKeys', () => {
  let app: TestApp;
  let keys: IdempotencyKeys;
  const accountId = newId<AccountId>();
  const other = newId<AccountId>();
  beforeAll(async () => {
    app = await startTestApp();
    const admin = await app.api.registerAdmin();
    for (const id of [accountId, other])
      await app.db.query(
        `INSERT INTO meta_accounts (id, user_id, login_kind, meta_app_id, meta_user_id, token_kind, status)
         VALUES ($1::uuid, $2, 'facebook', '1', $1::text, 'user', 'active')`,
        [id, admin.id],
      );
    keys = app.app.get(IdempotencyKeys);
  });
  afterAll(() => app.close());

  let done = 0;
  const request = (key: string | undefined, body: unknown = { a: 1 }, account = accountId) => ({
    accountId: account,
    key,
    digest: requestDigest('POST', '/api/probe', body),
  });
  const run = (
    what: ReturnType<typeof request>,
    work: () => Promise<unknown> = () => Promise.resolve({ done: ++done }),
  ) => app.db.transaction((tx) => keys.replayOr<unknown>(tx, what, work));

  it('gives a repeated request the first answer without its effects', async () => {
    const first = await run(request('once'));
    const before = done;
    expect(await run(request('once'))).toEqual(first);
    expect(done).toBe(before);
  });

  it('does the work every time without a key', async () => {
    expect(await run(request(undefined))).not.toEqual(await run(request(undefined)));
  });

  it('refuses the key of another request', async () => {
    await run(request('other'));
    await expect(run(request('other', { a: 2 }))).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      status: 409,
    });
  });

  it('keeps the keys of accounts apart', async () => {
    expect(await run(request('mine'))).not.toEqual(await run(request('mine', { a: 1 }, other)));
  });

  it('does the work once for requests that come at once', async () => {
    const before = done;
    const slow = async (): Promise<unknown> => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { done: ++done };
    };
    const answers = await Promise.all(Array.from({ length: 5 }, () => run(request('at once'), slow)));
    expect(done).toBe(before + 1);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('keeps nothing of work that failed', async () => {
    await expect(run(request('failing'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await run(request('failing'))).toEqual({ done });
  });

  it('forgets keys after a week', async () => {
    await run(request('old'));
    await run(request('young'));
    await app.db.query(
      `UPDATE idempotency_keys SET created_at = now() - interval '8 days' WHERE key = 'old'`,
    );
    await app.app.get(IdempotencyScheduler).forgetOld();
    const rows: { key: string }[] = await app.db.query(
      `SELECT key FROM idempotency_keys WHERE key IN ('old', 'young')`,
    );
    expect(rows).toEqual([{ key: 'young' }]);
  });
});

import type { DataSource } from 'typeorm';
import { type AssetId, newId } from '../../src/database/ids';
import { giveUpUnpublishedPosts } from '../../src/facebook/posts/restored-publications';
import { giveUpUnpublishedMedia } from '../../src/instagram/publishing/restored-publications';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { openMigratedDatabase } from '../migrated-database';

jest.setTimeout(60_000);

let db: DataSource;
let close: () => Promise<void>;
let tenant: Tenant;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  tenant = await aTenant(db);
});
afterAll(async () => {
  await close();
});

async function anAsset(kind: 'page' | 'instagram'): Promise<AssetId> {
  const id = newId<AssetId>();
  await db.query(`INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, $3, $4)`, [
    tenant.accountId,
    id,
    kind,
    id,
  ]);
  return id;
}

it('gives up posts that may have been published after the backup, and lets those without files be looked for', async () => {
  const page = await anAsset('page');
  const posts = [
    { words: 'without files', state: 'preparing', media: '[]' },
    { words: 'with a file', state: 'preparing', media: '[{}]' },
    { words: 'done', state: 'published', media: '[]' },
  ];
  for (const { words, state, media } of posts)
    await db.query(
      `INSERT INTO facebook_publications (account_id, id, asset_id, page_id, kind, target, state, message, media, digest, due_at)
       VALUES ($1, $2, $3, '1', 'post', 'published', $4, $5, $6, sha256($5::text::bytea), now() - interval '1 hour')`,
      [tenant.accountId, newId(), page, state, words, media],
    );
  expect(await db.transaction((tx) => giveUpUnpublishedPosts(tx))).toBe(2);
  const rows: unknown[] = await db.query(
    `SELECT message, state, started_at IS NOT NULL AS begun, due_at IS NOT NULL AS is_due FROM facebook_publications ORDER BY id`,
  );
  expect(rows).toEqual([
    { message: 'without files', state: 'unknown', begun: true, is_due: true },
    { message: 'with a file', state: 'unknown', begun: true, is_due: false },
    { message: 'done', state: 'published', begun: false, is_due: true },
  ]);
  expect(await db.transaction((tx) => giveUpUnpublishedPosts(tx))).toBe(0);
});

it('gives up media that may have been published after the backup, forgets its containers, and leaves what is planned', async () => {
  const instagram = await anAsset('instagram');
  await db.query(
    `INSERT INTO instagram_accounts (account_id, id, ig_account_id, username) VALUES ($1, $2, $3, 'shop')`,
    [tenant.accountId, instagram, instagram],
  );
  const orders = [
    { state: 'ready', publishAt: null },
    { state: 'scheduled', publishAt: new Date(Date.now() - 3_600_000) },
    { state: 'scheduled', publishAt: new Date(Date.now() + 3_600_000) },
    { state: 'published', publishAt: null },
  ];
  for (const { state, publishAt } of orders) {
    const id = newId();
    await db.query(
      `INSERT INTO instagram_publications (account_id, id, asset_id, kind, request, state, publish_at)
       VALUES ($1, $2, $3, 'image', '{}', $4, $5)`,
      [tenant.accountId, id, instagram, state, publishAt],
    );
    await db.query(
      `INSERT INTO instagram_publication_containers (account_id, publication_id, position, asset_id, kind, container_id)
       VALUES ($1, $2, 0, $3, 'image', $4)`,
      [tenant.accountId, id, instagram, `1${state}`],
    );
  }
  expect(await db.transaction((tx) => giveUpUnpublishedMedia(tx))).toEqual({ givenUp: 2, planned: 1 });
  const rows: unknown[] = await db.query(
    `SELECT p.state, p.had_lost_answer AS lost, c.container_id IS NULL AS forgotten
       FROM instagram_publications p
       JOIN instagram_publication_containers c ON c.account_id = p.account_id AND c.publication_id = p.id ORDER BY p.id`,
  );
  expect(rows).toEqual([
    { state: 'unknown', lost: true, forgotten: true },
    { state: 'unknown', lost: true, forgotten: true },
    { state: 'scheduled', lost: false, forgotten: false },
    { state: 'published', lost: false, forgotten: false },
  ]);
});

import type { DataSource } from 'typeorm';
import { CommentStore, type ToldOfComments } from '../../src/conversations/comments/comment-store.service';
import type { ArrivedComment } from '../../src/conversations/comments/comment-types';
import { ErasedPeople } from '../../src/conversations/erasure/erased-people';
import { type AssetId, newId } from '../../src/database/ids';
import { Outbox } from '../../src/domain-events/outbox';
import { type Tenant, aTenant } from './conversations.factory';

/** An account with Pages. */
export interface CommentedPages extends Tenant {
  pages: AssetId[];
}

export async function commentedPages(db: DataSource, count: number): Promise<CommentedPages> {
  const tenant = await aTenant(db);
  const pages = Array.from({ length: count }, () => newId<AssetId>());
  for (const id of pages)
    await db.query(`INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, 'page', $3)`, [
      tenant.accountId,
      id,
      id,
    ]);
  return { ...tenant, pages };
}

/** Stores what is told of comments, as handlers of webhooks do. */
export function commentTeller(db: DataSource): (told: ToldOfComments) => Promise<unknown> {
  const store = new CommentStore(new ErasedPeople(), new Outbox());
  return (told) => db.transaction((tx) => store.apply(tx, told));
}

/** A customer's question under a post of a Page. */
export function anArrivedComment(
  { accountId }: Tenant,
  assetId: AssetId,
  externalId: string,
  changes: Partial<ArrivedComment> & { at: Date },
): ArrivedComment {
  return {
    accountId,
    assetId,
    platform: 'facebook',
    externalId,
    postExternalId: 'p1',
    parentExternalId: null,
    author: { id: '77', name: null, username: null },
    byBusiness: false,
    text: 'Is it open?',
    attachment: null,
    asOf: changes.at,
    isHidden: null,
    metadata: {},
    ...changes,
  };
}

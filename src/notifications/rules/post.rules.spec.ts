import type { AccountId, AssetId } from '../../database/ids';
import type { DomainEventKind, DomainEventMap } from '../../domain-events/domain-events';
import { nameOf } from './finding';
import { findingsOf } from './rule-table';

const ACCOUNT = '0197f1d2-0000-7000-8000-000000000001' as AccountId;
const POST = {
  publicationId: '0197f1d2-0000-7000-8000-000000000002',
  assetId: '0197f1d2-0000-7000-8000-000000000003' as AssetId,
  pageId: '113470551234567',
  postId: null,
  title: 'Pumpkins are in!',
};
const error = { code: 'META_REJECTED', message: 'Meta refused it.' };

function told<K extends DomainEventKind>(kind: K, payload: DomainEventMap[K]): unknown[] {
  return findingsOf({ kind, payload, accountId: ACCOUNT }).map((finding) =>
    finding.effect === 'clear'
      ? `over: ${finding.topic} ${finding.subjectId}`
      : [finding.kind, finding.isLasting, finding.one(nameOf(finding.subject)).title],
  );
}

describe('what is told of posts', () => {
  const over = `over: post.outcome ${POST.publicationId}`;

  it('that it is being found out what became of one, until that is known', () => {
    expect(told('facebook.post.unknown', { ...POST, since: '2026-11-21T12:00:00.000Z' })).toEqual([
      [
        'facebook.post_unknown',
        true,
        'It is being found out whether the post “Pumpkins are in!” was published',
      ],
    ]);
    expect(told('facebook.post.published', { ...POST, permalinkUrl: null })).toEqual([over]);
    expect(told('facebook.post.removed', POST)).toEqual([over]);
  });

  it('that one failed after somebody had an answer, and not what they were told themselves', () => {
    expect(told('facebook.post.failed', { ...POST, error, isLate: true })).toEqual([
      ['facebook.post_failed', true, 'The post “Pumpkins are in!” was not published'],
    ]);
    expect(told('facebook.post.failed', { ...POST, error, isLate: false })).toEqual([over]);
  });

  it('nothing of posts that were made elsewhere', () => {
    expect(told('facebook.post.published', { ...POST, publicationId: null, permalinkUrl: null })).toEqual([]);
    expect(told('facebook.post.updated', { ...POST, publicationId: null })).toEqual([]);
  });
});

import type { AccountId, AssetId, InstagramPublicationId, MessageId } from '../database/ids';
import { newId } from '../database/ids';
import type { DomainEventKind } from '../domain-events/domain-events';
import type { DeliveredEvent } from '../domain-events/outbox-subscribers';
import { dataOf } from './public-event-data';

function delivered<K extends DomainEventKind>(
  kind: K,
  payload: DeliveredEvent<K>['payload'],
): DeliveredEvent {
  const event = {
    id: newId(),
    kind,
    accountId: newId<AccountId>(),
    payload,
    conversation: null,
    createdAt: new Date(),
    position: '1',
    traceParent: null,
  };
  return event as DeliveredEvent;
}

const assetId = newId<AssetId>();
const publicationId = newId<InstagramPublicationId>();

describe('The data of a public event', () => {
  it('is alike for posts of both platforms', () => {
    const post = delivered('facebook.post.published', {
      publicationId,
      assetId,
      pageId: '1',
      postId: '1_2',
      title: 'Spring teas',
      permalinkUrl: 'https://www.facebook.com/1/posts/2',
    });
    const media = delivered('instagram.media.published', {
      publicationId,
      assetId,
      publicationKind: 'reel',
      mediaId: '17',
      permalink: null,
    });
    expect(dataOf(post)).toEqual({
      platform: 'facebook',
      externalId: '1_2',
      permalink: 'https://www.facebook.com/1/posts/2',
      kind: 'post',
      publicationId,
      assetId,
      pageId: '1',
      title: 'Spring teas',
    });
    expect(dataOf(media)).toEqual({
      platform: 'instagram',
      externalId: '17',
      permalink: null,
      kind: 'reel',
      publicationId,
      assetId,
      title: null,
    });
  });

  it('says why something was not published', () => {
    const error = { code: 'META_REJECTED', message: 'Too large', advice: 'Send a smaller one.' };
    const failed = delivered('instagram.media.failed', {
      publicationId,
      assetId,
      publicationKind: 'image',
      caption: 'Tea',
      error,
    });
    expect(dataOf(failed)).toMatchObject({ platform: 'instagram', title: 'Tea', error });
  });

  it('says that a file has come as a change of its message', () => {
    const messageId = newId<MessageId>();
    const stored = delivered('message.media_stored', {
      messageId,
      conversationId: newId(),
      mediaId: '9',
    });
    expect(dataOf(stored)).toMatchObject({ messageId, change: 'media_stored', mediaId: '9' });
  });
});

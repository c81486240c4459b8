import {
  anInstagramChangeDelivery,
  ENTRY_TIME,
  INSTAGRAM_ID,
} from '../../../test/factories/messenger-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (field: string, value: object) =>
  parseDelivery(anInstagramChangeDelivery(field, value), receivedAt);
const entryTime = new Date(Math.floor(ENTRY_TIME / 1000) * 1000);

describe('a comment on Instagram', () => {
  it('says who wrote what under which media', () => {
    const value = {
      id: '17858893269000001',
      text: 'Lovely',
      from: { id: '1234536447', username: 'ana.silva', self_ig_scoped_id: '99' },
      media: { id: '7', media_product_type: 'AD', ad_id: 5, ad_title: 'Sale', original_media_id: '6' },
      parent_id: '8',
    };
    expect(parse('comments', value)).toEqual({
      object: 'instagram',
      events: [
        {
          kind: 'instagram.comment',
          occurredAt: entryTime,
          asset: { kind: 'instagram', metaId: INSTAGRAM_ID },
          parent: null,
          payload: {
            commentId: '17858893269000001',
            text: 'Lovely',
            live: false,
            from: { id: '1234536447', username: 'ana.silva', selfScopedId: '99' },
            byAccount: false,
            media: { id: '7', productType: 'AD', adId: '5', adTitle: 'Sale', originalMediaId: '6' },
            parentId: '8',
            raw: value,
          },
        },
      ],
      unrecognized: [],
    });
  });

  it('may have an id and words only, and be on a live video', () => {
    expect(parse('live_comments', { id: 17, text: 'Hi' }).events).toMatchObject([
      { payload: { commentId: '17', live: true, from: null, media: null, parentId: null, byAccount: false } },
    ]);
  });

  it('may be the account’s own, and without words', () => {
    expect(parse('comments', { id: '17', from: { id: INSTAGRAM_ID } }).events).toMatchObject([
      { payload: { byAccount: true, text: null } },
    ]);
  });

  it('is kept unrecognized without an id', () => {
    expect(parse('comments', { text: 'Hi' })).toMatchObject({
      events: [],
      unrecognized: [{ object: 'instagram', field: 'comments', reason: 'id is missing' }],
    });
  });
});

describe('other changes on Instagram', () => {
  it('a mention is in a caption or in a comment', () => {
    expect(parse('mentions', { media_id: '17887498072083520', comment_id: 5 }).events).toMatchObject([
      { kind: 'instagram.mention', payload: { mediaId: '17887498072083520', commentId: '5' } },
    ]);
    expect(parse('mentions', { media_id: '1' }).events).toMatchObject([{ payload: { commentId: null } }]);
    expect(parse('mentions', {}).unrecognized).toMatchObject([{ reason: 'media_id is missing' }]);
  });

  it('a story’s figures are taken as they come, where there are any', () => {
    const value = {
      media_id: '1',
      reach: 44,
      taps_forward: '4',
      exits: -1,
      navigation: 2,
      note: 'x',
      more: {},
    };
    expect(parse('story_insights', value).events).toMatchObject([
      {
        kind: 'instagram.story_insights',
        payload: { mediaId: '1', metrics: { reach: 44, taps_forward: 4, exits: null, navigation: 2 } },
      },
    ]);
  });

  it('a field of which nothing is made is kept for later', () => {
    expect(parse('share_to_story', { id: '1' }).events).toMatchObject([
      { kind: 'instagram.other', payload: { field: 'share_to_story', value: { id: '1' } } },
    ]);
  });
});

import type { AccountId, AssetId, InstagramPublicationId } from '../../database/ids';
import { findingsOf } from './rule-table';

const ACCOUNT = '0197f1d2-0000-7000-8000-000000000001' as AccountId;
const publication = {
  publicationId: '0197f1d2-0000-7000-8000-000000000002' as InstagramPublicationId,
  assetId: '0197f1d2-0000-7000-8000-000000000003' as AssetId,
  publicationKind: 'reel',
  caption: 'Spring',
};

describe('what is told of publications on Instagram', () => {
  it('that one failed, with the cause and what to do, under the name of the account', () => {
    const error = { code: 'ASPECT_RATIO', message: 'Wrong shape.', advice: 'Crop it.' };
    const [found] = findingsOf({
      kind: 'instagram.media.failed',
      accountId: ACCOUNT,
      payload: { ...publication, error },
    });
    expect(found).toMatchObject({
      effect: 'raise',
      kind: 'instagram.publication_failed',
      severity: 'warning',
      isLasting: true,
      subject: { type: 'instagram_publication', id: publication.publicationId, assetId: publication.assetId },
    });
    expect(found?.effect === 'raise' && found.one('demo.shop')).toEqual({
      title: 'A reel was not published on demo.shop',
      message: '“Spring”: Wrong shape. Crop it.',
    });
  });

  it('that nobody knows, which a later success ends', () => {
    const [unknown] = findingsOf({
      kind: 'instagram.media.unknown',
      accountId: ACCOUNT,
      payload: { ...publication, caption: null },
    });
    expect(unknown?.effect === 'raise' && unknown.one('demo.shop').title).toBe(
      'It is not known whether a reel was published on demo.shop',
    );
    expect(
      findingsOf({
        kind: 'instagram.media.published',
        accountId: ACCOUNT,
        payload: { ...publication, mediaId: '1', permalink: null },
      }),
    ).toEqual([{ effect: 'clear', topic: 'instagram.publication', subjectId: publication.publicationId }]);
  });
});

import type { PublicationRequest } from '../entities/instagram-publication.entity';
import { containerParameters, containerPlans } from './container-parameters';

const link = 'https://cdn.example.com/a';
const none = { link, coverLink: null, parts: [] };
const request = (rest: Partial<PublicationRequest> = {}): PublicationRequest => ({
  files: [{ type: 'image' }],
  onQuotaUsedUp: 'wait',
  ...rest,
});
const video = { files: [{ type: 'video' as const }] };

describe('what Meta is sent to make a container', () => {
  it('of an image', () => {
    const tags = [{ username: 'ana', x: 0.5, y: 0.25 }];
    const order = request({
      files: [{ type: 'image', altText: 'A tulip', userTags: tags }],
      caption: 'Spring',
      locationId: '7',
      collaborators: ['bo'],
    });
    expect(containerParameters('image', order, 0, none)).toEqual({
      image_url: link,
      caption: 'Spring',
      alt_text: 'A tulip',
      user_tags: tags,
      location_id: '7',
      collaborators: ['bo'],
    });
  });

  it('of a reel, and of a video, which is one for the feed', () => {
    expect(
      containerParameters('reel', request({ ...video, shareToFeed: false, thumbOffset: 5 }), 0, {
        ...none,
        coverLink: `${link}/cover`,
      }),
    ).toEqual({
      media_type: 'REELS',
      video_url: link,
      share_to_feed: false,
      thumb_offset: 5,
      cover_url: `${link}/cover`,
    });
    expect(containerParameters('video', request(video), 0, none)).toEqual({
      media_type: 'REELS',
      video_url: link,
      share_to_feed: true,
    });
  });

  it('of a story', () => {
    expect(containerParameters('story', request(), 0, none)).toEqual({
      media_type: 'STORIES',
      image_url: link,
    });
    expect(containerParameters('story', request(video), 0, none)).toEqual({
      media_type: 'STORIES',
      video_url: link,
    });
  });

  it('of a carousel: its parts one by one, then the whole with the text', () => {
    const order = request({
      files: [{ type: 'image', altText: 'One' }, { type: 'video' }],
      caption: 'Album',
    });
    expect(containerPlans('carousel', order)).toEqual([
      { position: 1, kind: 'image' },
      { position: 2, kind: 'video' },
      { position: 0, kind: 'carousel' },
    ]);
    expect(containerParameters('carousel', order, 1, none)).toEqual({
      is_carousel_item: true,
      image_url: link,
      alt_text: 'One',
    });
    expect(containerParameters('carousel', order, 2, none)).toEqual({
      is_carousel_item: true,
      media_type: 'VIDEO',
      video_url: link,
    });
    expect(
      containerParameters('carousel', order, 0, { link: null, coverLink: null, parts: ['1', '2'] }),
    ).toEqual({
      media_type: 'CAROUSEL',
      children: '1,2',
      caption: 'Album',
    });
  });
});

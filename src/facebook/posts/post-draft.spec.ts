import { ValidationFailedError } from '../../errors/app.error';
import type { CreatePostDto } from '../dto/write-post.dto';
import { type PostDraft, digestOf, draftOf, titleOf } from './post-draft';

const NOW = new Date('2026-11-21T12:00:00Z');
const MP4 = 'https://cdn.example.com/a.mp4';
const JPEG = 'https://cdn.example.com/a.jpg';
const after = (minutes: number): string => new Date(NOW.getTime() + minutes * 60_000).toISOString();

const draft = (dto: CreatePostDto): PostDraft => draftOf(dto, NOW);
const rulesOf = (dto: CreatePostDto): string[] => {
  try {
    draft(dto);
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    const { fields } = error.details as { fields: { path: string; rule: string }[] };
    return fields.map(({ path, rule }) => `${path} ${rule}`);
  }
};

describe('the draft of a post', () => {
  it.each<[CreatePostDto, Partial<PostDraft>]>([
    [{ message: 'Hi' }, { kind: 'post', target: 'published', message: 'Hi', scheduledAt: null }],
    [
      { message: ' ', link: 'https://a.example' },
      { kind: 'post', message: null, link: 'https://a.example' },
    ],
    [{ message: 'Hi', published: false }, { target: 'unpublished' }],
    [
      { message: 'Hi', scheduledPublishTime: after(10) },
      { target: 'scheduled', scheduledAt: new Date(after(10)) },
    ],
    [{ message: 'Hi', published: false, scheduledPublishTime: after(60) }, { target: 'scheduled' }],
    [{ video: { source: MP4, title: 'T' } }, { kind: 'video', title: 'T' }],
    [{ video: { source: MP4 }, format: 'reel' }, { kind: 'reel' }],
    [{ video: { source: MP4 }, format: 'story' }, { kind: 'video_story' }],
    [{ photos: [JPEG], format: 'story' }, { kind: 'photo_story' }],
    [
      { photos: [JPEG, '0197F1D2-0000-7000-8000-000000000001'] },
      {
        media: [
          { type: 'photo', source: JPEG, handle: null },
          { type: 'photo', source: '0197f1d2-0000-7000-8000-000000000001', handle: null },
        ],
      },
    ],
  ])('of %j is what was meant', (dto, expected) => {
    expect(draft(dto)).toMatchObject(expected);
  });

  it.each<[CreatePostDto, string[]]>([
    [{}, ['message notEmpty']],
    [{ photos: [JPEG], video: { source: MP4 } }, ['video exclusive']],
    [{ link: 'https://a.example', photos: [JPEG] }, ['link exclusive']],
    [{ message: 'Hi', published: true, scheduledPublishTime: after(5) }, ['scheduledPublishTime notTooSoon']],
    [{ message: 'Hi', scheduledPublishTime: after(30 * 24 * 60 + 1) }, ['scheduledPublishTime notTooFar']],
    [
      { video: { source: MP4 }, format: 'reel', scheduledPublishTime: after(29 * 24 * 60 + 1) },
      ['scheduledPublishTime notTooFar'],
    ],
    [{ message: 'Hi', format: 'reel' }, ['video required']],
    [{ message: 'Hi', photos: [JPEG, MP4], format: 'story' }, ['photos arrayMaxSize', 'message notInStory']],
    [{ photos: [JPEG], format: 'story', scheduledPublishTime: after(60) }, ['published notInStory']],
  ])('of %j is refused with everything that is wrong with it', (dto, expected) => {
    expect(rulesOf(dto)).toEqual(expected);
  });

  it('is the same post however it was ordered, and another one when anything people see differs', () => {
    const digest = (dto: CreatePostDto): string => digestOf(draft(dto)).toString('hex');
    expect(digest({ message: 'Hi' })).toBe(digest({ message: 'Hi', published: true, pageId: '1' }));
    const all = [
      { message: 'Hi' },
      { message: 'Hi', published: false },
      { message: 'Hi', scheduledPublishTime: after(60) },
      { message: 'Hi', scheduledPublishTime: after(61) },
      { message: 'Hi', photos: [JPEG] },
      { message: 'Hi', video: { source: JPEG } },
    ].map(digest);
    expect(new Set(all).size).toBe(all.length);
  });

  it('is recognised by its text, or by what it shows', () => {
    expect(titleOf({ message: 'Two\n  lines' })).toBe('Two lines');
    expect(titleOf({ message: '🎃'.repeat(100) })).toBe(`${'🎃'.repeat(79)}…`);
    expect(titleOf({ message: null, link: 'https://a.example' })).toBe('https://a.example');
    expect(titleOf({ message: null, media: [1, 2] })).toBe('2 pictures');
  });
});

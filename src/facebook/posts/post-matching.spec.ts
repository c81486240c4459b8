import { type Candidate, type Sought, isPostOf, isVideoOf } from './post-matching';

const APP = '670843887433847';
const STARTED = new Date('2026-11-21T12:00:00Z');
const at = (seconds: number): Date => new Date(STARTED.getTime() + seconds * 1_000);
const sought = (over: Partial<Sought> = {}): Sought => ({
  target: 'published',
  message: 'Pumpkins are in!',
  link: null,
  title: null,
  media: [],
  scheduledAt: null,
  startedAt: STARTED,
  ...over,
});
const found = (over: Partial<Candidate> = {}): Candidate => ({
  message: 'Pumpkins are in!',
  createdAt: at(2),
  scheduledAt: null,
  applicationId: null,
  mediaIds: [],
  attachmentTypes: [],
  links: [],
  ...over,
});
const photo = (handle: string | null) => ({
  type: 'photo' as const,
  source: 'https://a.example/a.jpg',
  handle,
});

describe('a post that may be what came of a publication', () => {
  it.each<[string, Partial<Sought>, Partial<Candidate>]>([
    ['with the same text, made after the call', {}, {}],
    ['by the same app', {}, { applicationId: APP }],
    ['with blanks and line ends as Meta writes them', { message: 'a \r\nb\n' }, { message: 'a\nb' }],
    ['with letters composed otherwise', { message: 'Cafe\u0301' }, { message: 'Café' }],
    ['from before the call by less than the clocks differ', {}, { createdAt: at(-30) }],
    [
      'with one of its photos, whatever else',
      { media: [photo('1'), photo('2')] },
      { mediaIds: ['2'], message: 'x' },
    ],
    [
      'with its link',
      { message: null, link: 'https://a.example/x/' },
      {
        message: null,
        attachmentTypes: ['link'],
        links: ['https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2Fx%3Ffbclid%3D1&h=2'],
      },
    ],
    [
      'scheduled for the same time',
      { target: 'scheduled', scheduledAt: at(3_600) },
      { scheduledAt: at(3_600) },
    ],
    [
      'scheduled, and published by now',
      { target: 'scheduled', scheduledAt: at(3_600) },
      { createdAt: at(3_602) },
    ],
  ])('is: %s', (_, publication, post) => {
    expect(isPostOf(sought(publication), found(post), APP)).toBe(true);
  });

  it.each<[string, Partial<Sought>, Partial<Candidate>]>([
    ['another text', {}, { message: 'Pumpkins are out!' }],
    ['another app', {}, { applicationId: '1' }],
    ['an older post with the same text', {}, { createdAt: at(-61) }],
    ['photos of somebody else', { media: [photo('1')] }, { mediaIds: ['9'] }],
    ['no photos where there should be some', { media: [photo('1')] }, {}],
    ['a photo where there should be none', {}, { attachmentTypes: ['photo'] }],
    [
      'another link',
      { message: null, link: 'https://a.example/x' },
      { message: null, attachmentTypes: ['link'], links: ['https://a.example/y'] },
    ],
    [
      'nothing that tells it from others',
      { message: null, media: [photo('1')] },
      { message: null, attachmentTypes: null },
    ],
    ['another time', { target: 'scheduled', scheduledAt: at(3_600) }, { scheduledAt: at(7_200) }],
    [
      'the same text at once, not at its time',
      { target: 'scheduled', scheduledAt: at(3_600) },
      { createdAt: at(10) },
    ],
    ['a scheduled one in place of one at once', {}, { scheduledAt: at(3_600) }],
  ])('is not: %s', (_, publication, post) => {
    expect(isPostOf(sought(publication), found(post), APP)).toBe(false);
  });
});

describe('a video that may be what came of a publication', () => {
  const video = {
    id: '1',
    title: 'T',
    description: 'Pumpkins are in!',
    createdAt: at(5),
    status: 'ready',
    problem: null,
    isPublished: true,
    postId: null,
    permalinkUrl: null,
  };
  it('is known by its description, title and time', () => {
    expect(isVideoOf(sought({ title: 'T' }), video)).toBe(true);
    expect(isVideoOf(sought({ title: 'U' }), video)).toBe(false);
    expect(isVideoOf(sought({ message: 'Other' }), video)).toBe(false);
    expect(isVideoOf(sought(), { ...video, createdAt: at(-120) })).toBe(false);
  });
});

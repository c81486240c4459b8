import type { AccountId, AssetId } from '../../database/ids';
import { Logger } from '@nestjs/common';
import { GraphUnavailableError } from '../../graph-client/graph.error';
import { FacebookPublicationEntity } from '../entities/facebook-publication.entity';
import type { PageTokens } from '../pages/page-tokens';
import type { ReadPost } from './post-reading';
import type { PostsApi, ReadVideo } from './posts-api';
import { PublicationFollowUp } from './publication-follow-up';
import type { PublicationSettlement } from './publication-settlement';
import type { PublicationTelling } from './publication-telling';
import type { Change } from './publication-change';
import type { PublicationsRepository } from './publications.repository';

const MINUTE_MS = 60_000;
const FROM = { states: ['scheduled' as const] };
const ago = (minutes: number): Date => new Date(Date.now() - minutes * MINUTE_MS);

const aPublication = (over: Partial<FacebookPublicationEntity>): FacebookPublicationEntity =>
  Object.assign(new FacebookPublicationEntity(), {
    accountId: 'a' as AccountId,
    id: 'p',
    assetId: 's' as AssetId,
    pageId: '1',
    kind: 'post',
    target: 'scheduled',
    state: 'scheduled',
    postId: '1_2',
    videoId: null,
    scheduledAt: ago(5),
    startedAt: ago(60),
    createdAt: ago(60),
    readings: 0,
    ...over,
  });
const aPost = (over: Partial<ReadPost>): ReadPost =>
  ({ id: '1_2', isPublished: false, scheduledAt: null, permalinkUrl: null, ...over }) as ReadPost;
const aVideo = (over: Partial<ReadVideo>): ReadVideo =>
  ({
    id: '9',
    status: 'processing',
    problem: null,
    isPublished: false,
    postId: null,
    permalinkUrl: null,
    ...over,
  }) as ReadVideo;

describe('what Meta has taken', () => {
  const change = jest.fn<Promise<null>, [unknown, unknown, unknown, Change]>();
  const settlement = { recordFound: jest.fn(), recordFailed: jest.fn(), recordGone: jest.fn() };
  const api = { find: jest.fn(), findVideo: jest.fn() };
  const followUp = new PublicationFollowUp(
    {
      change,
      transaction: (work: (tx: unknown) => Promise<unknown>) => work({}),
    } as unknown as PublicationsRepository,
    settlement as unknown as PublicationSettlement,
    {} as PublicationTelling,
    api as unknown as PostsApi,
    {
      withToken: (_page: unknown, work: (token: string) => Promise<unknown>) => work('token'),
    } as unknown as PageTokens,
  );
  beforeEach(() => {
    jest.resetAllMocks();
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    change.mockResolvedValue(null);
  });
  const nextLook = (): unknown => change.mock.calls[0]?.[3].dueInMs;
  const failure = (): unknown => (settlement.recordFailed.mock.calls as unknown[][])[0]?.[2];

  it('is missed when Meta has not published it half an hour after its time, and is waited for until then', async () => {
    api.find.mockResolvedValue(aPost({}));
    await followUp.look(aPublication({ scheduledAt: ago(29) }), FROM, undefined);
    expect(settlement.recordFailed).not.toHaveBeenCalled();
    expect(nextLook()).toBe(5 * MINUTE_MS);
    await followUp.look(aPublication({ scheduledAt: ago(31) }), FROM, undefined);
    expect(failure()).toMatchObject({ code: 'SCHEDULE_MISSED' });
  });

  it('is out, gone, or moved to another time elsewhere', async () => {
    api.find.mockResolvedValueOnce(aPost({ isPublished: true }));
    await followUp.look(aPublication({}), FROM, undefined);
    expect(settlement.recordFound).toHaveBeenCalledTimes(1);
    api.find.mockResolvedValueOnce(null);
    await followUp.look(aPublication({}), FROM, undefined);
    expect(settlement.recordGone).toHaveBeenCalledTimes(1);
    const later = new Date(Date.now() + 60 * MINUTE_MS);
    api.find.mockResolvedValueOnce(aPost({ scheduledAt: later }));
    await followUp.look(aPublication({}), FROM, undefined);
    expect(change.mock.calls[0]?.[3]).toMatchObject({ scheduledAt: later });
  });

  it('is asked about again when Meta cannot be read, but not for ever', async () => {
    api.find.mockRejectedValue(new GraphUnavailableError('down', 'not-sent'));
    await followUp.look(aPublication({}), FROM, undefined);
    expect(nextLook()).toBe(5 * MINUTE_MS);
    change.mockClear();
    await followUp.look(aPublication({ scheduledAt: ago(8 * 24 * 60) }), FROM, undefined);
    expect(nextLook()).toBeNull();
  });

  it('is a video that takes its time, is asked about ever more seldom, and given up after a day', async () => {
    const video = {
      kind: 'video',
      target: 'published',
      state: 'processing',
      postId: null,
      videoId: '9',
      scheduledAt: null,
    } as const;
    api.findVideo.mockResolvedValue(aVideo({}));
    await followUp.look(aPublication({ ...video, readings: 0 }), FROM, undefined);
    expect(nextLook()).toBe(5_000);
    change.mockClear();
    await followUp.look(aPublication({ ...video, readings: 20 }), FROM, undefined);
    expect(nextLook()).toBe(MINUTE_MS);
    // Ready, but not to be seen yet.
    api.findVideo.mockResolvedValue(aVideo({ status: 'ready' }));
    await followUp.look(aPublication(video), FROM, undefined);
    expect(settlement.recordFound).not.toHaveBeenCalled();
    await followUp.look(aPublication({ ...video, startedAt: ago(25 * 60) }), FROM, undefined);
    expect(failure()).toMatchObject({ code: 'VIDEO_FAILED' });
  });
});

import { Injectable, Logger } from '@nestjs/common';
import { type ClaimedPublication, PublicationClaims } from './publication-claims';
import { PublicationEndings } from './publication-endings';
import { NEVER_PUBLISHED, OUTCOME_UNKNOWN, processingErrorOf } from './publication-errors';
import { type PublishedMedia, couldBe, likeliest } from './publication-matching';
import { isUnknownObject } from './publication-outcome';
import { type PublicationPlace, type PublicationRun, letGo } from './publication-run';
import { PublicationsRepository } from './publications.repository';
import { type ContainerStatus, PublishingApi, nodeOf } from './publishing-api';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const LOOK_AGAIN_MS = [10 * SECOND, 20 * SECOND, 30 * SECOND, MINUTE, MINUTE, 5 * MINUTE, 15 * MINUTE];
/** A call that is on its way when we give up on it may still arrive. */
const IN_FLIGHT_MS = MINUTE;
/** Meta's lists lag behind. */
const LOOKS_FOR_ITS_ID = 5;
const TOLD_AFTER_LOOKS = 6;
/** Twice as long as a container lives. */
const GIVEN_UP_AFTER_MS = 48 * HOUR;
const MOST_PUBLISH_CALLS = 10;

/** Finds out what became of what Meta was told to publish, and never answered: by reading, and only by reading. */
@Injectable()
export class PublicationReconciler {
  private readonly log = new Logger(PublicationReconciler.name);

  constructor(
    private readonly claims: PublicationClaims,
    private readonly endings: PublicationEndings,
    private readonly publications: PublicationsRepository,
    private readonly api: PublishingApi,
  ) {}

  /**
   * One look. A container can be published once, so that where it says that it was not, and nothing is under way any more,
   * publishing the very same one again cannot make it appear twice.
   */
  async reconcile(run: PublicationRun, place: PublicationPlace): Promise<void> {
    const container = await this.readContainer(run.claimed, place);
    const media = await this.findMedia(run.claimed, place, container?.status === 'PUBLISHED');
    if (media !== null) {
      await this.endings.recordPublished(run.claimed, media);
      return;
    }
    const { looks, publishCalls } = run.claimed.publication;
    const sinceMs = Date.now() - (run.claimed.publication.publishingAt?.getTime() ?? 0);
    const isSettled = sinceMs > this.api.longestWriteMs + IN_FLIGHT_MS;
    switch (container?.status) {
      case 'PUBLISHED':
        if (looks < LOOKS_FOR_ITS_ID) return this.lookLater(run);
        return this.endings.recordPublished(run.claimed, { mediaId: null, permalink: null });
      case 'FINISHED':
        if (!isSettled) return this.lookLater(run);
        if (publishCalls >= MOST_PUBLISH_CALLS)
          return this.endings.recordFailed(run.claimed, NEVER_PUBLISHED);
        this.log.log(
          `Publication ${run.claimed.publication.id} was not published by a call that was never answered: again`,
        );
        return letGo(this.claims, run, { state: 'ready', delayMs: 0, looks: 0, failures: 0 });
      case 'ERROR':
        if (!isSettled) return this.lookLater(run);
        return this.endings.recordFailed(run.claimed, processingErrorOf(container.text));
      case 'EXPIRED':
        return this.endings.recordFailed(run.claimed, NEVER_PUBLISHED);
      case undefined:
      default:
        if (sinceMs > GIVEN_UP_AFTER_MS)
          return letGo(this.claims, run, { delayMs: null, error: OUTCOME_UNKNOWN });
        return this.lookLater(run);
    }
  }

  private get leaseMs(): number {
    return this.api.longestWriteMs + IN_FLIGHT_MS;
  }

  /** null where Meta knows nothing of it any more. */
  private async readContainer(
    claimed: ClaimedPublication,
    { door }: PublicationPlace,
  ): Promise<ContainerStatus | null> {
    const containerId = claimed.containers.find(({ position }) => position === 0)?.containerId ?? null;
    if (containerId === null) return null;
    try {
      const status = await this.api.readContainer(door, containerId);
      await this.claims.recordStatus(claimed, 0, status, this.leaseMs);
      return status;
    } catch (error) {
      if (isUnknownObject(error)) return null;
      throw error;
    }
  }

  /** @param isCertain that it is there, as which media ever */
  private async findMedia(
    claimed: ClaimedPublication,
    { account, door }: PublicationPlace,
    isCertain: boolean,
  ): Promise<PublishedMedia | null> {
    const { publication } = claimed;
    const { publishingAt, kind, request } = publication;
    if (publishingAt === null) return null;
    const since = new Date(publishingAt.getTime() - 5 * MINUTE);
    const edge = kind === 'story' ? 'stories' : 'media';
    const recent = await this.api.recent(door, nodeOf(account), edge, since);
    const fitting = recent.filter((media) => couldBe(media, { kind, request, publishingAt }));
    const known = await this.publications.knownAmong(
      publication.accountId,
      fitting.map(({ mediaId }) => mediaId),
    );
    const found = fitting.filter(({ mediaId }) => !known.has(mediaId));
    if (isCertain) return likeliest(found);
    const [only, another] = found;
    if (only === undefined || another !== undefined) return null;
    // It may as well be that of another order of which the outcome is open.
    const others = await this.publications.othersUnknown(publication);
    const isContested = others.some(
      (other) =>
        other.publishingAt !== null &&
        couldBe(only, { kind: other.kind, request: other.request, publishingAt: other.publishingAt }),
    );
    return isContested ? null : only;
  }

  private async lookLater(run: PublicationRun): Promise<void> {
    const { looks } = run.claimed.publication;
    if (looks === TOLD_AFTER_LOOKS) await this.endings.tellUnknown(run.claimed);
    await letGo(this.claims, run, { delayMs: LOOK_AGAIN_MS[looks] ?? HOUR, looks: looks + 1, failures: 0 });
  }
}

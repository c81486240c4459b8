import { Injectable } from '@nestjs/common';
import { PublicFilesRepository } from '../../media/public-files.repository';
import { PublicMediaLinks } from '../../media/public-media-links';
import type { InstagramPublicationContainerEntity } from '../entities/instagram-publication-container.entity';
import type { PublicationFile } from '../entities/instagram-publication.entity';
import { containerParameters, fileOf } from './container-parameters';
import { PublicationClaims } from './publication-claims';
import { PublicationEndings } from './publication-endings';
import { MEDIA_GONE, PROCESSING_TOO_LONG, processingErrorOf } from './publication-errors';
import { type PublicationPlace, type PublicationRun, letGo } from './publication-run';
import { LONGEST_PROCESSING_MS, firstLookDelayMs, pollDelayMs } from './publication-steps';
import { PublishingApi, nodeOf } from './publishing-api';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;
const MOST_ROUNDS = 3;
/** Meta asks to leave it some time before containers are made anew. */
const ANEW_AFTER_MS = 30 * SECOND;
/** Meta fetches some videos only minutes later, and in several parts. */
const LINK_LIVES_MS = 6 * HOUR;

/** Has Meta prepare what is to be published: gives it the files, and asks how far it is. All of it may be repeated. */
@Injectable()
export class ContainerWork {
  constructor(
    private readonly claims: PublicationClaims,
    private readonly endings: PublicationEndings,
    private readonly api: PublishingApi,
    private readonly links: PublicMediaLinks,
    private readonly files: PublicFilesRepository,
  ) {}

  /** @returns whether it goes on */
  async create(
    run: PublicationRun,
    { account, door }: PublicationPlace,
    position: number,
    leaseMs: number,
  ): Promise<boolean> {
    run.step = 'create';
    const { publication, containers } = run.claimed;
    const { kind, request } = publication;
    const file = fileOf(kind, request, position);
    const link = file === undefined ? null : await this.linkTo(run, file);
    const coverLink =
      request.coverMediaId === undefined
        ? (request.coverUrl ?? null)
        : await this.linkTo(run, { type: 'image', mediaId: request.coverMediaId });
    if (link === undefined || coverLink === undefined) {
      await this.endings.recordFailed(run.claimed, MEDIA_GONE);
      return false;
    }
    const parts = containers
      .filter((container) => container.position > 0)
      .flatMap(({ containerId }) => containerId ?? []);
    const parameters = containerParameters(kind, request, position, { link, coverLink, parts });
    await this.claims.beginCreation(run.claimed, position, leaseMs);
    const containerId = await this.api.createContainer(door, nodeOf(account), parameters);
    // Dying before this line leaves a container at Meta that nobody publishes and that ends by itself.
    await this.claims.recordContainer(run.claimed, position, containerId, leaseMs);
    return true;
  }

  /** @returns whether all that was looked at is ready */
  async look(
    run: PublicationRun,
    { door }: PublicationPlace,
    positions: readonly number[],
    leaseMs: number,
  ): Promise<boolean> {
    run.step = 'look';
    const looked = run.claimed.containers.filter(({ position }) => positions.includes(position));
    const delayMs = Math.max(...looked.map((container) => this.firstLookDelayOf(run, container)));
    if (delayMs > 0) {
      await letGo(this.claims, run, { state: 'processing', delayMs, failures: 0 });
      return false;
    }
    let isReady = true;
    for (const { position, containerId } of looked) {
      const found = await this.api.readContainer(door, containerId ?? '');
      await this.claims.recordStatus(run.claimed, position, found, leaseMs);
      switch (found.status) {
        case 'FINISHED':
          break;
        case 'PUBLISHED':
          // By a call of ours whose answer was lost.
          await this.claims.recordLostAnswer(run.claimed, leaseMs);
          await letGo(this.claims, run, { delayMs: 0 });
          return false;
        case 'ERROR':
          await this.dealWithDefect(run, found.text, leaseMs);
          return false;
        case 'EXPIRED':
          await this.prepareAnew(run, found.text, leaseMs);
          return false;
        default:
          isReady = false;
      }
    }
    if (!isReady) await this.lookLater(run);
    return isReady;
  }

  /** Meta still works on it. */
  async lookLater(run: PublicationRun): Promise<void> {
    const { processingSince, looks } = run.claimed.publication;
    if (processingSince !== null && Date.now() - processingSince.getTime() > LONGEST_PROCESSING_MS)
      await this.endings.recordFailed(run.claimed, PROCESSING_TOO_LONG);
    else
      await letGo(this.claims, run, {
        state: 'processing',
        delayMs: pollDelayMs(looks),
        looks: looks + 1,
        failures: 0,
      });
  }

  /** What Meta had is gone, or of no use. */
  async beginAnew(run: PublicationRun, leaseMs: number): Promise<void> {
    await this.claims.beginAnew(run.claimed, leaseMs);
    await letGo(this.claims, run, { delayMs: ANEW_AFTER_MS });
  }

  /** undefined for an upload that is gone. */
  private async linkTo(run: PublicationRun, file: PublicationFile): Promise<string | undefined> {
    if (file.mediaId === undefined) return file.url;
    const linked = { accountId: run.claimed.publication.accountId, uploadId: file.mediaId };
    const upload = await this.files.find(linked);
    if (upload === null) return undefined;
    return this.links.linkTo(linked, upload.mimeType, new Date(Date.now() + LINK_LIVES_MS));
  }

  private firstLookDelayOf(
    { claimed: { publication } }: PublicationRun,
    { position, lastCreationAt }: InstagramPublicationContainerEntity,
  ): number {
    const isVideo = fileOf(publication.kind, publication.request, position)?.type === 'video';
    return firstLookDelayMs(isVideo, lastCreationAt, new Date());
  }

  private async dealWithDefect(run: PublicationRun, text: string | null, leaseMs: number): Promise<void> {
    const defect = processingErrorOf(text);
    if (defect.retryHelps) await this.prepareAnew(run, text, leaseMs);
    else await this.endings.recordFailed(run.claimed, defect);
  }

  private async prepareAnew(run: PublicationRun, text: string | null, leaseMs: number): Promise<void> {
    if (run.claimed.publication.rounds < MOST_ROUNDS) await this.beginAnew(run, leaseMs);
    else await this.endings.recordFailed(run.claimed, processingErrorOf(text));
  }
}

import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { AccountId, AssetId } from '../../database/ids';
import { GraphConfigurationError, GraphRejectedError } from '../../graph-client/graph.error';
import { APP_USAGE_KEY, GraphUsage } from '../../graph-client/graph-usage';
import type { InsightObject } from '../insight-object';
import { InsightObjectsRepository } from '../insight-objects.repository';
import { type InsightReader, InsightSources } from '../insight-source';
import type { DayWindow } from '../reading/insight-asks';
import { InsightReadings } from '../reading/insight-readings.service';
import { type ClaimedAsset, InsightAssetsRepository, type PullOutcome } from './insight-assets.repository';
import { problemOf } from './insight-problem';
import { olderWindow, recentWindow } from './read-schedule';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Posts and media that one pull reads; the others come with the next one. */
const MOST_OBJECTS = 50;
/** Further stretches of the past that one pull asks for, once everything new is there. */
const MOST_OLDER = 2;
/** Stories are there for a day, so that Instagram is looked through more often. */
const LIST_EVERY_MS = { page: 3 * 60 * MINUTE_MS, instagram: 30 * MINUTE_MS };
/** How far back posts and media are listed at first. */
const LISTED_DAYS = 30;
const LEAST_PAUSE_MS = 10 * MINUTE_MS;
/** While Meta's limits are nearly used up, what is left of them is for people at a screen. */
const PAUSE_AT_LIMIT_MS = 30 * MINUTE_MS;
const LONGEST_PULL_MS = 4 * MINUTE_MS;
/** What is left over is taken up soon. */
const GO_ON_AFTER_MS = MINUTE_MS;
const AFTER_FAULT_MS = 60 * MINUTE_MS;
/** Instagram's own host counts apart. */
const USAGE_KEYS = [APP_USAGE_KEY, `${APP_USAGE_KEY}:instagram`];

/** Pulls the figures of one Page or account: its own days, its recent posts or media, and a piece of the past. */
@Injectable()
export class InsightPuller implements BeforeApplicationShutdown {
  private readonly log = new Logger(InsightPuller.name);
  private isStopping = false;

  constructor(
    private readonly assets: InsightAssetsRepository,
    private readonly objects: InsightObjectsRepository,
    private readonly sources: InsightSources,
    private readonly readings: InsightReadings,
    private readonly usage: GraphUsage,
  ) {}

  beforeApplicationShutdown(): void {
    this.isStopping = true;
  }

  /** For jobs: does nothing when it is not due, or somebody else is at it. */
  async pull(accountId: AccountId, assetId: AssetId): Promise<void> {
    const asset = await this.assets.claim(accountId, assetId);
    if (asset === null) return;
    const endAt = Date.now() + LONGEST_PULL_MS;
    let outcome: PullOutcome = { nextPullAt: new Date(Date.now() + AFTER_FAULT_MS), problem: null };
    try {
      await this.sources.get(asset.kind).open(asset, (reader) => this.work(asset, reader, endAt));
      outcome = { nextPullAt: await this.nextPullAt(asset, endAt), problem: null };
    } catch (error) {
      const problem = problemOf(error, asset.failures);
      if (problem === null) throw error;
      this.log.warn(`Figures of ${asset.kind} ${asset.externalId} were not read: ${problem.message}`);
      outcome = { nextPullAt: new Date(Date.now() + problem.waitMs), problem };
    } finally {
      await this.assets.release(asset, outcome);
    }
  }

  /** May be run again from its beginning: what was read is stored by then. */
  private async work(asset: ClaimedAsset, reader: InsightReader, endAt: number): Promise<void> {
    const mayGoOn = (object?: InsightObject): boolean =>
      !this.isStopping && Date.now() < endAt && !this.isNearLimit(asset, object);
    const root = await this.objects.root(asset);
    if (isDue(root) && mayGoOn()) {
      const window = recentWindow(root, new Date());
      await this.read(asset, root, reader, { window, withLifetime: true, mayGoOn });
    }
    if (mayGoOn()) await this.list(asset, reader);
    for (const object of await this.objects.due(asset, MOST_OBJECTS)) {
      if (!mayGoOn(object) || !(await this.assets.renew(asset))) return;
      await this.read(asset, object, reader, { window: null, withLifetime: true, mayGoOn });
    }
    await this.readPast(asset, reader, mayGoOn);
  }

  private async readPast(asset: ClaimedAsset, reader: InsightReader, mayGoOn: () => boolean): Promise<void> {
    for (let pieces = 0; pieces < MOST_OLDER; pieces++) {
      const root = await this.objects.root(asset);
      const window = olderWindow(root, new Date());
      if (window === null || !mayGoOn() || !(await this.assets.renew(asset))) return;
      try {
        await this.read(asset, root, reader, { window, withLifetime: false, mayGoOn });
      } catch (error) {
        // How long Meta keeps figures is not sure: where it answers no more, there is no more.
        if (!(error instanceof GraphRejectedError) || error instanceof GraphConfigurationError) throw error;
        this.log.log(`There are no older figures of ${asset.externalId}: ${error.message}`);
        await this.objects.endPast(root);
        return;
      }
    }
  }

  private async read(
    asset: ClaimedAsset,
    object: InsightObject,
    reader: InsightReader,
    options: { window: DayWindow | null; withLifetime: boolean; mayGoOn: (object: InsightObject) => boolean },
  ): Promise<void> {
    await this.readings.readAndStore(object, reader, {
      window: options.window,
      withLifetime: options.withLifetime,
      mayGoOn: () => options.mayGoOn(object),
    });
  }

  private async list(asset: ClaimedAsset, reader: InsightReader): Promise<void> {
    const now = new Date();
    const { listedAt } = asset;
    if (listedAt !== null && now.getTime() - listedAt.getTime() < LIST_EVERY_MS[asset.kind]) return;
    const since = new Date((listedAt ?? now).getTime() - (listedAt === null ? LISTED_DAYS : 1) * DAY_MS);
    for await (const found of reader.recent(since)) await this.objects.upsert(asset, found);
    await this.assets.recordListing(asset, now);
    asset.listedAt = now;
  }

  private isNearLimit({ externalId }: ClaimedAsset, object?: InsightObject): boolean {
    const keys = [externalId, ...(object === undefined ? [] : [object.externalId]), ...USAGE_KEYS];
    return keys.some((key) => this.usage.shouldSlowDown(key));
  }

  private async nextPullAt(asset: ClaimedAsset, endAt: number): Promise<Date> {
    const now = Date.now();
    if (this.isNearLimit(asset)) return new Date(now + PAUSE_AT_LIMIT_MS);
    if (this.isStopping || now >= endAt) return new Date(now + GO_ON_AFTER_MS);
    const root = await this.objects.root(asset);
    if (olderWindow(root, new Date()) !== null) return new Date(now + GO_ON_AFTER_MS);
    const next = (await this.objects.nextReadAt(asset))?.getTime() ?? Infinity;
    const listing = now + LIST_EVERY_MS[asset.kind];
    // Not all at the same minute for ever, as they would be that were connected at the same one.
    const spread = Math.random() * 0.1 * LIST_EVERY_MS[asset.kind];
    return new Date(Math.max(now + LEAST_PAUSE_MS, Math.min(next, listing)) + spread);
  }
}

function isDue({ nextReadAt }: InsightObject): boolean {
  return nextReadAt !== null && nextReadAt.getTime() <= Date.now();
}

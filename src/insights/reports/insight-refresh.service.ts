import { Injectable } from '@nestjs/common';
import { AppError, NotFoundError } from '../../errors/app.error';
import type { InsightObject } from '../insight-object';
import { InsightObjectsRepository } from '../insight-objects.repository';
import { type InsightAsset, type InsightReader, InsightSources } from '../insight-source';
import { InsightAssetsRepository } from '../pulling/insight-assets.repository';
import { problemOf } from '../pulling/insight-problem';
import { latestWindow } from '../pulling/read-schedule';
import { InsightReadings } from '../reading/insight-readings.service';

/** Somebody waits for it. */
const CALL_TIMEOUT_MS = 4_000;
const LONGEST_MS = 6_000;
/** What was read so recently is not read again, however often somebody presses the button. */
const FRESH_FOR_MS = 30_000;

/** Reads figures while somebody waits for them. */
@Injectable()
export class InsightRefresh {
  constructor(
    private readonly sources: InsightSources,
    private readonly objects: InsightObjectsRepository,
    private readonly readings: InsightReadings,
    private readonly assets: InsightAssetsRepository,
  ) {}

  /**
   * What figures are asked of; a post or media that nobody has seen yet is looked for at Meta.
   * @throws NotFoundError for what is nothing of this Page or account
   * @throws GraphError
   */
  async find(asset: InsightAsset, externalId: string): Promise<InsightObject> {
    const known = await this.objects.find([asset.accountId], externalId, asset.assetId);
    if (known !== null) return known;
    if (externalId === asset.externalId) return this.objects.root(asset);
    const found = await this.opened(asset, (reader) => reader.find(externalId, CALL_TIMEOUT_MS));
    if (found === null) throw noSuchObject(asset);
    await this.objects.upsert(asset, [found]);
    const stored = await this.objects.find([asset.accountId], externalId, asset.assetId);
    if (stored === null) throw noSuchObject(asset);
    return stored;
  }

  /**
   * The newest figures, as far as Meta answers within a few seconds.
   * @throws GraphError
   */
  async refresh(asset: InsightAsset, object: InsightObject): Promise<void> {
    const now = new Date();
    if (object.readAt !== null && now.getTime() - object.readAt.getTime() < FRESH_FOR_MS) return;
    const endAt = now.getTime() + LONGEST_MS;
    await this.opened(asset, (reader) =>
      this.readings.readAndStore(object, reader, {
        window: latestWindow(object.kind, now),
        withLifetime: true,
        mayGoOn: () => Date.now() < endAt,
        timeoutMs: CALL_TIMEOUT_MS,
      }),
    );
  }

  /** For who did not ask for it: nothing is stored yet. What fails shows in the answer. */
  async tryFirstReading(asset: InsightAsset, object: InsightObject): Promise<void> {
    if (object.readAt !== null || object.state !== 'active') return;
    if ((await this.assets.problemOf(asset)) !== null) return;
    try {
      await this.refresh(asset, object);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  private async opened<T>(asset: InsightAsset, work: (reader: InsightReader) => Promise<T>): Promise<T> {
    try {
      const result = await this.sources.get(asset.kind).open(asset, work);
      await this.assets.recordProblem(asset, null);
      return result;
    } catch (error) {
      const problem = problemOf(error);
      // That Meta is slow for a moment is no problem of the Page; that a permission is missing is.
      if (problem?.code === 'permission' || problem?.code === 'token')
        await this.assets.recordProblem(asset, problem);
      throw error;
    }
  }
}

function noSuchObject({ kind }: InsightAsset): NotFoundError {
  return new NotFoundError(
    kind === 'page' ? 'There is no such post of this Page.' : 'There is no such media of this account.',
  );
}

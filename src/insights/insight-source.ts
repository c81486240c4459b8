import { Injectable } from '@nestjs/common';
import type { AccountId, AssetId } from '../database/ids';
import type { GraphQuery } from '../graph-client/graph-request';
import type { InsightKind, MediaProduct } from './metrics/insight-metric';

/** Kinds of assets that Meta keeps figures of. */
export type InsightAssetKind = 'page' | 'instagram';

/** A Page or an Instagram account whose figures are kept. */
export interface InsightAsset {
  accountId: AccountId;
  assetId: AssetId;
  kind: InsightAssetKind;
  /** Meta's id. */
  externalId: string;
}

/** A post or media as Meta lists it. */
export interface FoundObject {
  externalId: string;
  kind: InsightKind;
  /** null for posts, and for media of a kind that has no figures. */
  product: MediaProduct | null;
  publishedAt: Date | null;
  /** After this Meta answers nothing more about it: stories. */
  endsAt: Date | null;
}

export interface InsightQuery {
  /** Meta's id of the Page, post, account or media. */
  objectId: string;
  query: GraphQuery;
  timeoutMs?: number;
}

/** Calls about one asset, with a token that is let to make them. */
export interface InsightReader {
  /** `GET /{object}/insights`, as Meta answers it. */
  insights(query: InsightQuery): Promise<unknown>;
  /** What was published since, page by page, and what is there for a short time only. */
  recent(since: Date): AsyncIterable<FoundObject[]>;
  /** null for an id that is nothing of this asset. */
  find(objectId: string, timeoutMs?: number): Promise<FoundObject | null>;
}

/** How one platform's figures are read. Platform modules register theirs; nobody else knows their tokens. */
export interface InsightSource {
  readonly kind: InsightAssetKind;
  /**
   * Runs calls about an asset. The work may be run a second time from its beginning, with another token.
   * @throws GraphReauthRequiredError also without a call, when it is known that a permission or task is missing
   * @throws NotFoundError when the asset is not connected
   */
  open<T>(asset: InsightAsset, work: (reader: InsightReader) => Promise<T>): Promise<T>;
}

@Injectable()
export class InsightSources {
  private readonly byKind = new Map<InsightAssetKind, InsightSource>();

  /** Called from a platform module's `onModuleInit`. */
  register(source: InsightSource): void {
    this.byKind.set(source.kind, source);
  }

  /** @throws Error when no module registered one */
  get(kind: InsightAssetKind): InsightSource {
    const source = this.byKind.get(kind);
    if (source === undefined) throw new Error(`Nobody reads figures of ${kind}`);
    return source;
  }
}

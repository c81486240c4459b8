import type { AccountId, AssetId } from '../database/ids';
import type { InsightKind, MediaProduct } from './metrics/insight-metric';

/**
 * `active`: it is read. `gone`: Meta has it no more. `over`: a story whose day is over, or too old to be read on.
 * `unavailable`: Meta keeps no figures of it, and says why.
 */
export const INSIGHT_OBJECT_STATES = ['active', 'gone', 'over', 'unavailable'] as const;
export type InsightObjectState = (typeof INSIGHT_OBJECT_STATES)[number];

/** Why a story is `over`. */
export const STORY_OVER = 'Meta keeps the figures of a story for 24 hours.';

/** Something that figures are kept of, as stored. */
export interface InsightObject {
  accountId: AccountId;
  id: string;
  assetId: AssetId;
  kind: InsightKind;
  /** Meta's id. */
  externalId: string;
  product: MediaProduct | null;
  publishedAt: Date | null;
  endsAt: Date | null;
  state: InsightObjectState;
  stateReason: string | null;
  readAt: Date | null;
  nextReadAt: Date | null;
  coveredFrom: Date | null;
  coveredUntil: Date | null;
}

export interface InsightObjectRow {
  account_id: AccountId;
  id: string;
  asset_id: AssetId;
  kind: InsightKind;
  external_id: string;
  product: MediaProduct | null;
  published_at: Date | null;
  ends_at: Date | null;
  state: InsightObjectState;
  state_reason: string | null;
  read_at: Date | null;
  next_read_at: Date | null;
  covered_from: Date | null;
  covered_until: Date | null;
}

export function insightObjectOf(row: InsightObjectRow): InsightObject {
  return {
    accountId: row.account_id,
    id: row.id,
    assetId: row.asset_id,
    kind: row.kind,
    externalId: row.external_id,
    product: row.product,
    publishedAt: row.published_at,
    endsAt: row.ends_at,
    state: row.state,
    stateReason: row.state_reason,
    readAt: row.read_at,
    nextReadAt: row.next_read_at,
    coveredFrom: row.covered_from,
    coveredUntil: row.covered_until,
  };
}

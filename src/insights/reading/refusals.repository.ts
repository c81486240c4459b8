import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { InsightKind, MediaProduct } from '../metrics/insight-metric';
import type { MetricRefusal } from './metric-refusal';

/** How long a refused metric is left alone before one call finds out whether Meta answers it again. */
const REMEMBERED_FOR = '24 hours';

export interface KnownRefusal {
  message: string;
  refusedAt: Date;
  /** Its time is over: it is asked for once more, alone. */
  isExpired: boolean;
}

/** Objects that a metric is refused for together. */
export interface RefusalScope {
  kind: InsightKind;
  product: MediaProduct | null;
}

/**
 * Remembers which metrics Meta refuses by name, for every object of a kind and for the version of the Graph API in use: a
 * metric that is retired tomorrow costs one failed call a day, and nobody's other figures.
 */
@Injectable()
export class RefusalsRepository {
  private readonly graphVersion: string;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    { env }: AppConfig,
  ) {
    this.graphVersion = env.META_GRAPH_VERSION;
  }

  async known(scope: RefusalScope): Promise<Map<string, KnownRefusal>> {
    const rows: { metric: string; message: string; refused_at: Date; is_expired: boolean }[] =
      await this.database.query(
        `SELECT metric, message, refused_at, expires_at <= now() AS is_expired FROM insight_refusals
          WHERE graph_version = $1 AND scope = $2`,
        [this.graphVersion, nameOf(scope)],
      );
    return new Map(
      rows.map((row) => [
        row.metric,
        { message: row.message, refusedAt: row.refused_at, isExpired: row.is_expired },
      ]),
    );
  }

  /** Of expired refusals, those that the caller is the first to ask about again; nobody else does for a day. */
  async claimExpired(scope: RefusalScope, metrics: readonly string[]): Promise<Set<string>> {
    if (metrics.length === 0) return new Set();
    const [rows]: [{ metric: string }[], number] = await this.database.query(
      `UPDATE insight_refusals SET expires_at = now() + $4::interval
        WHERE graph_version = $1 AND scope = $2 AND metric = ANY($3) AND expires_at <= now() RETURNING metric`,
      [this.graphVersion, nameOf(scope), metrics, REMEMBERED_FOR],
    );
    return new Set(rows.map(({ metric }) => metric));
  }

  async record(scope: RefusalScope, refused: readonly MetricRefusal[]): Promise<void> {
    const named = refused.filter(({ isAboutName }) => isAboutName);
    if (named.length === 0) return;
    await this.database.query(
      `INSERT INTO insight_refusals (graph_version, scope, metric, message, expires_at)
       SELECT $1, $2, told.metric, told.message, now() + $5::interval
         FROM unnest($3::text[], $4::text[]) AS told (metric, message) ORDER BY told.metric
       ON CONFLICT (graph_version, scope, metric)
         DO UPDATE SET message = excluded.message, expires_at = excluded.expires_at`,
      [
        this.graphVersion,
        nameOf(scope),
        named.map(({ metric }) => metric),
        named.map(({ message }) => message),
        REMEMBERED_FOR,
      ],
    );
  }

  /** Meta answers them again. */
  async forget(scope: RefusalScope, metrics: readonly string[]): Promise<void> {
    if (metrics.length === 0) return;
    await this.database.query(
      'DELETE FROM insight_refusals WHERE graph_version = $1 AND scope = $2 AND metric = ANY($3)',
      [this.graphVersion, nameOf(scope), metrics],
    );
  }
}

function nameOf({ kind, product }: RefusalScope): string {
  return product === null ? kind : `${kind}:${product}`;
}

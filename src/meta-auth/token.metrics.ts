import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { readBounded } from '../database/bounded-reading';
import { SharedGauges } from '../operations/metrics/shared-gauges';

const STATES = ['active', 'expired', 'revoked'] as const;
const READ_EVERY_MS = 60_000;
const MOST_ACCOUNTS = 100_000;
/** Renewed in time, none comes this close to its end. */
const SOON = "interval '7 days'";

/** How long the tokens of the connected Meta accounts still hold. */
@Injectable()
export class TokenMetrics {
  constructor(shared: SharedGauges, @InjectDataSource() database: DataSource) {
    const accounts = shared.gauge('meta_accounts', 'Connected Meta accounts, by the state of their token.', [
      'state',
    ]);
    const soonest = shared.gauge(
      'token_soonest_expiry_seconds',
      'How long until the first token of an active account ends. Missing: none of them ever ends.',
    );
    const soon = shared.gauge('tokens_expiring', 'Tokens of active accounts that end within seven days.');
    shared.share(
      'tokens',
      [accounts, soonest, soon],
      async () => {
        const rows = await readBounded<{
          status: string;
          count: number;
          soon: number;
          seconds: number | null;
        }>(
          database,
          // One row per connected account and no more: read whole, and only so many.
          `SELECT status, count(*)::integer AS count,
                  count(*) FILTER (WHERE token_expiry < now() + ${SOON})::integer AS soon,
                  extract(epoch FROM min(token_expiry) - now())::float8 AS seconds
             FROM (SELECT status, token_expiry FROM meta_accounts WHERE deleted_at IS NULL LIMIT ${MOST_ACCOUNTS}) AS first
            GROUP BY status`,
        );
        const active = rows.find(({ status }) => status === 'active');
        return [
          ...STATES.map((state) => ({
            gauge: accounts,
            labels: { state },
            value: rows.find(({ status }) => status === state)?.count ?? 0,
          })),
          { gauge: soonest, value: active?.seconds ?? null },
          { gauge: soon, value: active?.soon ?? 0 },
        ];
      },
      READ_EVERY_MS,
    );
  }
}

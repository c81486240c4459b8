import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, ContactErasureId, ContactId, UserId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import type { PersonIdentity } from '../conversation-types';
import { type ClaimedErasure, ERASURE_STAGES, type ErasureStage, type ErasureStep } from './erasure-stage';
import type { StoredErasure } from './stored-erasure';

interface ErasureRow {
  account_id: AccountId;
  id: ContactErasureId;
  requested_at: Date;
  requested_by: UserId | null;
  completed_at: Date | null;
  removed: Record<string, number>;
  error: string | null;
}

interface ClaimedRow {
  account_id: AccountId;
  id: ContactErasureId;
  contact_ids: ContactId[];
  identities: PersonIdentity[];
  stage: ErasureStage;
  place: string | null;
  attempts: number;
}

type Updated<Row> = [rows: Row[], count: number];

/** Longer than a step takes: then another process goes on. */
const LEASE = '2 minutes';
/** For calls to Meta that are under way to end, or to be given up. */
const WAIT = '10 seconds';
const LONGEST_PAUSE_MS = 10 * 60_000;

/** What is to be erased stands in rows: whoever dies at one leaves it to be claimed again, where it was. */
@Injectable()
export class ContactErasuresRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async insert(
    tx: EntityManager,
    erasure: {
      id: ContactErasureId;
      accountId: AccountId;
      requestedBy: UserId;
      contactIds: readonly ContactId[];
      identities: readonly PersonIdentity[];
    },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO contact_erasures (account_id, id, requested_by, contact_ids, identities, stage)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [
        erasure.accountId,
        erasure.id,
        erasure.requestedBy,
        erasure.contactIds,
        JSON.stringify(erasure.identities),
        ERASURE_STAGES[0],
      ],
    );
  }

  async find(accountIds: readonly AccountId[], id: string): Promise<StoredErasure | null> {
    const rows: ErasureRow[] = await this.database.query(
      'SELECT * FROM contact_erasures WHERE account_id = ANY($1) AND id = $2',
      [accountIds, id],
    );
    return rows[0] === undefined ? null : toErasure(rows[0]);
  }

  /** The one that is under way for a contact. */
  async findRunning(accountIds: readonly AccountId[], contactId: string): Promise<StoredErasure | null> {
    const rows: ErasureRow[] = await this.database.query(
      `SELECT * FROM contact_erasures
        WHERE account_id = ANY($1) AND $2::uuid = ANY(contact_ids) AND next_run_at IS NOT NULL LIMIT 1`,
      [accountIds, contactId],
    );
    return rows[0] === undefined ? null : toErasure(rows[0]);
  }

  async claim(): Promise<ClaimedErasure | null> {
    const [[row]]: Updated<ClaimedRow> = await this.database.query(
      `UPDATE contact_erasures SET attempts = attempts + 1, next_run_at = now() + interval '${LEASE}'
        WHERE (account_id, id) = (
          SELECT account_id, id FROM contact_erasures WHERE next_run_at <= now()
           ORDER BY next_run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING account_id, id, contact_ids, identities, stage, place, attempts`,
    );
    if (row === undefined) return null;
    const { id, identities, stage, place, attempts } = row;
    return { id, accountId: row.account_id, contactIds: row.contact_ids, identities, stage, place, attempts };
  }

  /**
   * Does a step and notes in the same transaction how far it came.
   * @returns where to go on; null when there is nothing more to do now
   */
  async advance(erasure: ClaimedErasure, step: ErasureStep): Promise<ClaimedErasure | null> {
    return repeatLostRaces(() =>
      this.database.transaction(async (tx) => {
        // Whoever has taken it over meanwhile goes on where this one stopped.
        const [held]: { stage: string; place: string | null }[] = await tx.query(
          `SELECT stage, place FROM contact_erasures
            WHERE account_id = $1 AND id = $2 AND completed_at IS NULL FOR UPDATE`,
          [erasure.accountId, erasure.id],
        );
        if (held?.stage !== erasure.stage || held.place !== erasure.place) return null;
        const { removed, next, place = null } = await step.run(tx, erasure);
        const stage = nextStage(erasure.stage, next);
        const parameters = [erasure.accountId, erasure.id, JSON.stringify(removed)];
        if (stage === null) {
          await tx.query(
            `UPDATE contact_erasures
                SET completed_at = now(), next_run_at = NULL, identities = '[]', place = NULL, error = NULL,
                    removed = ${ADDED}
              WHERE account_id = $1 AND id = $2`,
            parameters,
          );
          return null;
        }
        const goOnAt = next === 'more' ? place : null;
        await tx.query(
          `UPDATE contact_erasures
              SET stage = $4, place = $5, removed = ${ADDED}, attempts = CASE WHEN $6 THEN attempts ELSE 1 END,
                  error = NULL, next_run_at = now() + CASE WHEN $6 THEN interval '${WAIT}' ELSE interval '${LEASE}' END
            WHERE account_id = $1 AND id = $2`,
          [...parameters, stage, goOnAt, next === 'wait'],
        );
        return next === 'wait' ? null : { ...erasure, stage, place: goOnAt };
      }),
    );
  }

  /** Gives it back at once: this process is about to end. */
  async release({ accountId, id }: ClaimedErasure): Promise<void> {
    await this.database.query(
      `UPDATE contact_erasures SET next_run_at = now() WHERE account_id = $1 AND id = $2 AND next_run_at IS NOT NULL`,
      [accountId, id],
    );
  }

  async recordFailure({ accountId, id, attempts }: ClaimedErasure, problem: string): Promise<void> {
    const pauseMs = Math.min(1_000 * 2 ** Math.min(attempts, 20), LONGEST_PAUSE_MS);
    await this.database.query(
      `UPDATE contact_erasures SET error = $3, next_run_at = now() + $4 * interval '1 millisecond'
        WHERE account_id = $1 AND id = $2 AND next_run_at IS NOT NULL`,
      [accountId, id, problem, pauseMs],
    );
  }
}

/** What was removed before, and what was now ($3). */
const ADDED = `removed || (
  SELECT coalesce(jsonb_object_agg(key, value::bigint + coalesce((removed ->> key)::bigint, 0)), '{}')
    FROM jsonb_each_text($3::jsonb))`;

function nextStage(stage: ErasureStage, next: 'more' | 'done' | 'wait' | 'again'): ErasureStage | null {
  if (next === 'again') return ERASURE_STAGES[0];
  if (next !== 'done') return stage;
  return ERASURE_STAGES[ERASURE_STAGES.indexOf(stage) + 1] ?? null;
}

function toErasure(row: ErasureRow): StoredErasure {
  return {
    id: row.id,
    accountId: row.account_id,
    status: row.completed_at === null ? 'running' : 'completed',
    requestedAt: row.requested_at,
    requestedBy: row.requested_by,
    completedAt: row.completed_at,
    removed: row.removed,
    problem: row.completed_at === null ? row.error : null,
  };
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { newId } from '../../database/ids';
import { ConflictError, IdempotencyConflictError } from '../../errors/app.error';
import { TemplateLimitError } from './template-limit.error';
import type { WabaKey } from './templates.repository';

const HOUR_MS = 60 * 60_000;
const MOST_PER_HOUR = 100;
/** Longer than a call to Meta with all its attempts takes. */
const LEASE_MS = 2 * 60_000;
/** How long a key replays its answer, and an attempt with unknown outcome is looked after. */
const KEPT = "interval '24 hours'";

/** What a caller was answered, as JSON holds it. */
export interface CreationAnswer {
  id: string;
  templateId: string;
  status: string;
  category: string;
  createdAt: string;
}

export interface CreationRequest {
  waba: WabaKey;
  name: string;
  language: string;
  key: string | undefined;
  /** See requestDigest. */
  digest: Buffer;
}

/** What to do about a request to create a template. */
export type Creation =
  | { kind: 'answered'; answer: CreationAnswer }
  /** `isRepeated`: an earlier attempt at the same may have succeeded without anybody hearing of it. */
  | { kind: 'begun'; attemptId: string; isRepeated: boolean };

interface AttemptRow {
  id: string;
  request_digest: Buffer;
  state: 'calling' | 'unknown' | 'created';
  leased: boolean;
  answer: CreationAnswer | null;
}

/** Every creation of a template is written down before Meta is asked, and its end afterwards. */
@Injectable()
export class TemplateCreationsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * @throws IdempotencyConflictError when the key was used for something else
   * @throws ConflictError while the same creation is under way
   * @throws TemplateLimitError when Meta would take no more within this hour
   */
  async begin(request: CreationRequest): Promise<Creation> {
    return this.database.transaction(async (tx) => {
      const { waba } = request;
      // Creations of one WABA go one after the other through here, so that none is counted or begun twice.
      await tx.query(
        'SELECT FROM whatsapp_business_accounts WHERE account_id = $1 AND id = $2 FOR NO KEY UPDATE',
        [waba.accountId, waba.id],
      );
      await tx.query(
        `DELETE FROM whatsapp_template_creations
          WHERE account_id = $1 AND waba_id = $2 AND created_at <= now() - ${KEPT}`,
        [waba.accountId, waba.id],
      );
      const earlier = await this.findEarlier(tx, request);
      if (earlier === null)
        return { kind: 'begun', attemptId: await this.insert(tx, request), isRepeated: false };
      if (!earlier.request_digest.equals(request.digest)) throw new IdempotencyConflictError();
      if (earlier.answer !== null) return { kind: 'answered', answer: earlier.answer };
      if (earlier.leased)
        throw new ConflictError('This template is being created at this moment; ask again.');
      await tx.query(
        `UPDATE whatsapp_template_creations
            SET state = 'calling', lease_until = clock_timestamp() + $3 * interval '1 millisecond'
          WHERE account_id = $1 AND id = $2`,
        [waba.accountId, earlier.id, LEASE_MS],
      );
      return { kind: 'begun', attemptId: earlier.id, isRepeated: true };
    });
  }

  /** Meta has it: in the transaction that stores the template. */
  async complete(tx: EntityManager, waba: WabaKey, attemptId: string, answer: CreationAnswer): Promise<void> {
    await tx.query(
      `UPDATE whatsapp_template_creations SET state = 'created', answer = $3, lease_until = now()
        WHERE account_id = $1 AND id = $2`,
      [waba.accountId, attemptId, JSON.stringify(answer)],
    );
  }

  /** Meta refused it. */
  async forget(waba: WabaKey, attemptId: string): Promise<void> {
    await this.database.query('DELETE FROM whatsapp_template_creations WHERE account_id = $1 AND id = $2', [
      waba.accountId,
      attemptId,
    ]);
  }

  /** Nobody knows what Meta did. */
  async leaveOpen(waba: WabaKey, attemptId: string): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_template_creations SET state = 'unknown', lease_until = now()
        WHERE account_id = $1 AND id = $2`,
      [waba.accountId, attemptId],
    );
  }

  /** By its key; without one, an attempt at the very same template whose outcome is open. */
  private async findEarlier(
    tx: EntityManager,
    { waba, key, name, language, digest }: CreationRequest,
  ): Promise<AttemptRow | null> {
    const columns = 'id, request_digest, state, answer, lease_until > clock_timestamp() AS leased';
    const rows: AttemptRow[] =
      key === undefined
        ? await tx.query(
            `SELECT ${columns} FROM whatsapp_template_creations
              WHERE account_id = $1 AND waba_id = $2 AND name = $3 AND language = $4 AND request_digest = $5
                AND state <> 'created' AND idempotency_key IS NULL
                AND NOT (state = 'calling' AND lease_until > clock_timestamp())
              ORDER BY created_at DESC LIMIT 1`,
            [waba.accountId, waba.id, name, language, digest],
          )
        : await tx.query(
            `SELECT ${columns} FROM whatsapp_template_creations WHERE account_id = $1 AND idempotency_key = $2`,
            [waba.accountId, key],
          );
    return rows[0] ?? null;
  }

  private async insert(
    tx: EntityManager,
    { waba, name, language, key, digest }: CreationRequest,
  ): Promise<string> {
    const counted: { count: string; oldest: Date | null }[] = await tx.query(
      `SELECT count(*) AS count, min(created_at) AS oldest FROM whatsapp_template_creations
        WHERE account_id = $1 AND waba_id = $2 AND created_at > now() - interval '1 hour'`,
      [waba.accountId, waba.id],
    );
    const { count, oldest } = counted[0] ?? { count: '0', oldest: null };
    if (Number(count) >= MOST_PER_HOUR && oldest !== null)
      throw new TemplateLimitError(
        `Meta takes ${MOST_PER_HOUR} new templates of an account in an hour.`,
        'creations_per_hour',
        new Date(oldest.getTime() + HOUR_MS),
      );
    const id = newId();
    const inserted: unknown[] = await tx.query(
      `INSERT INTO whatsapp_template_creations
         (account_id, id, waba_id, name, language, idempotency_key, request_digest, state, lease_until, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'calling', clock_timestamp() + $8 * interval '1 millisecond',
               clock_timestamp())
       ON CONFLICT (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id`,
      [waba.accountId, id, waba.id, name, language, key ?? null, digest, LEASE_MS],
    );
    // At this moment, for another WABA of the account.
    if (inserted.length === 0) throw new IdempotencyConflictError();
    return id;
  }
}

import { createHash } from 'node:crypto';
import { type ExecutionContext, Injectable, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../database/ids';
import { IdempotencyConflictError, ValidationFailedError } from '../errors/app.error';

/** In characters. */
export const LONGEST_IDEMPOTENCY_KEY = 200;

const IDEMPOTENCY_KEY = new RegExp(`^[\\x20-\\x7e]{1,${LONGEST_IDEMPOTENCY_KEY}}$`);

/** The `Idempotency-Key` header, or undefined where none was sent. */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined =>
    parseIdempotencyKey(context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key']),
);

/** @throws ValidationFailedError unless it is 1 to 200 printable ASCII characters */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && IDEMPOTENCY_KEY.test(header) && header.trim() !== '')
    return header.trim();
  throw ValidationFailedError.of(
    'Idempotency-Key',
    'idempotencyKey',
    `The header Idempotency-Key must be 1 to ${LONGEST_IDEMPOTENCY_KEY} printable ASCII characters.`,
  );
}

/**
 * Tells requests apart that carry the same key. The order of an object's fields does not matter.
 * @param route the route, not the address: `POST /api/meta/whatsapp/messages`
 * @returns 32 bytes
 */
export function requestDigest(method: string, route: string, body: unknown): Buffer {
  return createHash('sha256')
    .update(`${method.toUpperCase()} ${route}\n${canonicalJson(body)}`)
    .digest();
}

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null && !('toJSON' in value)) {
    const fields = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

export interface IdempotentRequest {
  accountId: AccountId;
  /** Undefined: the caller sent none, and the work is simply done. */
  key: string | undefined;
  /** See requestDigest. */
  digest: Buffer;
}

/** Makes a repeated request get the first one's answer instead of its effects a second time. */
@Injectable()
export class IdempotencyKeys {
  /**
   * The row of the key is written first and in the same transaction as the effects: a second request with the key waits
   * for the first to commit and then finds its answer, or, when the first rolled back, does the work itself.
   * @param work gives the answer as JSON would hold it: a replay is what `JSON.parse(JSON.stringify(answer))` gives
   * @throws IdempotencyConflictError when the key was used with another request
   */
  async replayOr<Answer>(
    tx: EntityManager,
    { accountId, key, digest }: IdempotentRequest,
    work: (tx: EntityManager) => Promise<Answer>,
  ): Promise<Answer> {
    if (key === undefined) return work(tx);
    const inserted: unknown[] = await tx.query(
      `INSERT INTO idempotency_keys (account_id, key, request_digest, answer) VALUES ($1, $2, $3, 'null')
       ON CONFLICT DO NOTHING RETURNING key`,
      [accountId, key, digest],
    );
    if (inserted.length === 0) return this.replay<Answer>(tx, accountId, key, digest);
    const answer = await work(tx);
    await tx.query('UPDATE idempotency_keys SET answer = $3 WHERE account_id = $1 AND key = $2', [
      accountId,
      key,
      JSON.stringify(answer ?? null),
    ]);
    return answer;
  }

  private async replay<Answer>(
    tx: EntityManager,
    accountId: AccountId,
    key: string,
    digest: Buffer,
  ): Promise<Answer> {
    const rows: { request_digest: Buffer; answer: Answer }[] = await tx.query(
      'SELECT request_digest, answer FROM idempotency_keys WHERE account_id = $1 AND key = $2',
      [accountId, key],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('An idempotency key that was in the way is gone.');
    if (!row.request_digest.equals(digest)) throw new IdempotencyConflictError();
    return row.answer;
  }
}

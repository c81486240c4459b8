import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AddressCount, EVERYWHERE, type FailureCount } from './login-lock';

interface Row {
  address: string;
  failures: number;
  counted_at: Date;
  locked_until: Date | null;
  last_login_at: Date | null;
}

/** Wrong passwords by the e-mail address that they were sent for, whether anybody has it or not. */
@Injectable()
export class LoginAttempts {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async read(
    email: string,
    address: string,
    manager: EntityManager = this.database.manager,
  ): Promise<{ own: FailureCount | null; all: FailureCount | null }> {
    const rows: Row[] = await manager.query(
      `SELECT address, failures, counted_at, locked_until, last_login_at FROM login_attempts
        WHERE login_digest = $1 AND address IN ($2, $3)`,
      [digestOf(email), address, EVERYWHERE],
    );
    const find = (name: string): FailureCount | null => {
      const row = rows.find((each) => each.address === name);
      return row === undefined ? null : countOf(row);
    };
    return { own: find(address), all: find(EVERYWHERE) };
  }

  /** @param next the counts after it, from those before: several at once are each counted */
  async fail(
    email: string,
    address: string,
    next: (own: FailureCount | null, all: FailureCount | null) => { own: FailureCount; all: FailureCount },
  ): Promise<{ own: FailureCount; all: FailureCount }> {
    return this.database.transaction(async (tx) => {
      const digest = digestOf(email);
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('login' || encode($1, 'hex'), 0))`, [
        digest,
      ]);
      const before = await this.read(email, address, tx);
      const after = next(before.own, before.all);
      const counts = [after.own, after.all];
      await tx.query(
        `INSERT INTO login_attempts AS a (login_digest, address, failures, counted_at, locked_until)
         SELECT $1, n.* FROM unnest($2::text[], $3::integer[], $4::timestamptz[], $5::timestamptz[]) AS n
         ON CONFLICT (login_digest, address) DO UPDATE
           SET failures = excluded.failures, counted_at = excluded.counted_at,
               locked_until = excluded.locked_until, touched_at = now()`,
        [
          digest,
          [address, EVERYWHERE],
          counts.map(({ failures }) => failures),
          counts.map(({ countedAt }) => countedAt),
          counts.map(({ lockedUntil }) => lockedUntil),
        ],
      );
      return after;
    });
  }

  /** What failed from the address is forgotten; what failed elsewhere may be somebody else's doing, and is not. */
  async succeed(email: string, address: string): Promise<void> {
    await this.database.query(
      `INSERT INTO login_attempts AS a (login_digest, address, last_login_at) VALUES ($1, $2, now())
       ON CONFLICT (login_digest, address) DO UPDATE
         SET failures = 0, locked_until = NULL, last_login_at = now(), touched_at = now()`,
      [digestOf(email), address],
    );
  }

  /** The latest hundred addresses that passwords failed from, or that the user came from, and everywhere. */
  async list(email: string): Promise<AddressCount[]> {
    const rows: Row[] = await this.database.query(
      `SELECT address, failures, counted_at, locked_until, last_login_at FROM login_attempts
        WHERE login_digest = $1 ORDER BY (address = $2) DESC, touched_at DESC LIMIT 101`,
      [digestOf(email), EVERYWHERE],
    );
    return rows.map((row) => ({ ...countOf(row), address: row.address }));
  }

  /** Nobody has to wait any more; where the user came from is still known. */
  async unlock(email: string): Promise<void> {
    await this.database.query(
      `UPDATE login_attempts SET failures = 0, locked_until = NULL, touched_at = now()
        WHERE login_digest = $1 AND failures > 0`,
      [digestOf(email)],
    );
  }

  /** @param knownDays how long an address that the user came from is kept */
  async forgetOld(knownDays: number): Promise<void> {
    await this.database.query(
      `DELETE FROM login_attempts
        WHERE touched_at < now() - interval '1 day'
          AND (last_login_at IS NULL OR touched_at < now() - make_interval(days => $1))`,
      [knownDays],
    );
  }
}

function digestOf(email: string): Buffer {
  return createHash('sha256').update(email.toLowerCase()).digest();
}

function countOf(row: Row): FailureCount {
  return {
    failures: row.failures,
    countedAt: row.counted_at,
    lockedUntil: row.locked_until,
    lastLoginAt: row.last_login_at,
  };
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';

const DAY_MS = 86_400_000;
const DAY_BYTES = 4;
const VERSION_BYTES = 8;

/** The versions of an account's days of UTC. */
export class DayVersions {
  private readonly versions = new Map<number, string>();

  /** @param packed for each day that has one its number since 1970 and its version */
  constructor(packed: Buffer | null) {
    for (let at = 0; packed !== null && at < packed.length; at += DAY_BYTES + VERSION_BYTES)
      this.versions.set(packed.readInt32BE(at), packed.readBigInt64BE(at + DAY_BYTES).toString(36));
  }

  /** Of all days that a time touches. @returns null where nothing ever was */
  of(fromMs: number, untilMs: number): string | null {
    let text = '';
    for (let day = Math.floor(fromMs / DAY_MS); day * DAY_MS < untilMs; day++) {
      const version = this.versions.get(day);
      if (version !== undefined) text += `${day} ${version} `;
    }
    return text === '' ? null : text;
  }
}

interface Asked {
  from: Date;
  until: Date;
  found: Promise<DayVersions>;
}

/** Reads what tells whether sums that were read before are still the same. */
@Injectable()
export class FigureDays {
  private readonly asked = new Map<AccountId, Asked>();

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** As they are from now on. What is asked in one go, as by parts of an answer beside each other, is read in one statement. */
  versions(accountId: AccountId, { from, until }: { from: Date; until: Date }): Promise<DayVersions> {
    const waiting = this.asked.get(accountId);
    if (waiting !== undefined) {
      if (from < waiting.from) waiting.from = from;
      if (until > waiting.until) waiting.until = until;
      return waiting.found;
    }
    const asked: Asked = {
      from,
      until,
      found: Promise.resolve().then(() => {
        this.asked.delete(accountId);
        return this.read(accountId, asked);
      }),
    };
    this.asked.set(accountId, asked);
    return asked.found;
  }

  private async read(
    accountId: AccountId,
    { from, until }: { from: Date; until: Date },
  ): Promise<DayVersions> {
    const [row]: { packed: Buffer | null }[] = await this.database.query(
      `SELECT string_agg(int4send(day - '1970-01-01'::date) || int8send(version), '') AS packed FROM figure_days
        WHERE account_id = $1 AND day >= ($2::timestamptz AT TIME ZONE 'UTC')::date
          AND day <= ($3::timestamptz AT TIME ZONE 'UTC')::date`,
      [accountId, from, until],
    );
    return new DayVersions(row?.packed ?? null);
  }
}

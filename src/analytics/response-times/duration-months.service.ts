import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { BoundedCache } from './bounded-cache';
import { type DurationMonth, bytesOf } from './duration-month';
import {
  DurationMonthsRepository,
  type DurationRecord,
  type VersionedMonth,
} from './duration-months.repository';

/** Nearly three million durations. What a question needs is held until it is answered, however much that is. */
export const MOST_BYTES = 32 * 1024 * 1024;
/** Months in a statement: few enough for PostgreSQL to run it without compiling it, which takes longer. */
const MONTHS_AT_ONCE = 6;
/** Statements of a question beside each other, for each table: enough for two processors, and connections are left for others. */
const LANES = 2;

interface Loading {
  version: string;
  month: Promise<DurationMonth>;
}

/**
 * Durations by months, remembered from question to question. What was remembered is used for as long as the month has the
 * version that it was remembered with. It is never older than that: whoever changes durations changes the version of their
 * month in the same transaction, and the version is read before the durations are. What is committed between the two is
 * part of what is remembered, and its version is another one: then the next question reads the month once more.
 */
@Injectable()
export class DurationMonths {
  private readonly remembered = new BoundedCache<{ version: string; month: DurationMonth }>(
    MOST_BYTES,
    ({ month }) => bytesOf(month),
  );
  private readonly loading = new Map<string, Loading>();

  constructor(private readonly repository: DurationMonthsRepository) {}

  /** The whole months that a range touches, without those where nothing ever was, oldest first. */
  async read(
    accountId: AccountId,
    range: { from: Date; until: Date },
  ): Promise<Record<DurationRecord, DurationMonth[]>> {
    const months = await this.repository.versions(accountId, range);
    const [answers, resolutions] = await Promise.all([
      this.monthsOf(accountId, 'answers', months),
      this.monthsOf(accountId, 'resolutions', months),
    ]);
    return { answers, resolutions };
  }

  /** No pause between looking what is there and saying what is being loaded: nobody else loads the same meanwhile. */
  private monthsOf(
    accountId: AccountId,
    record: DurationRecord,
    versions: readonly VersionedMonth[],
  ): Promise<DurationMonth[]> {
    const own = versions.filter((each) => each.record === record);
    const keyOf = ({ month }: VersionedMonth): string => `${accountId} ${record} ${month}`;
    const found = new Map(own.map((each) => [each, this.known(keyOf(each), each.version)]));
    const lacking = own.filter((each) => found.get(each) === undefined);
    const statements: Promise<DurationMonth[]>[] = [];
    for (let first = 0; first < lacking.length; first += MONTHS_AT_ONCE) {
      const chunk = lacking.slice(first, first + MONTHS_AT_ONCE);
      const names = chunk.map(({ month }) => month);
      const before: Promise<unknown> = statements.at(-LANES) ?? Promise.resolve();
      const loaded = before.then(() => this.repository.load(accountId, record, names));
      statements.push(loaded);
      chunk.forEach((each, index) => found.set(each, this.load(keyOf(each), each.version, loaded, index)));
    }
    return Promise.all([...found.values()].filter((month) => month !== undefined));
  }

  /** Remembered, or being loaded by another question that had read the same version. */
  private known(key: string, version: string): Promise<DurationMonth> | undefined {
    const remembered = this.remembered.get(key);
    if (remembered?.version === version) return Promise.resolve(remembered.month);
    const loading = this.loading.get(key);
    return loading?.version === version ? loading.month : undefined;
  }

  private load(
    key: string,
    version: string,
    loaded: Promise<DurationMonth[]>,
    index: number,
  ): Promise<DurationMonth> {
    const isLatest = (): boolean => this.loading.get(key)?.month === month;
    const month = loaded.then(
      (months) => {
        const found = months[index];
        if (found === undefined) throw new Error(`There is no month at ${index}.`);
        // Another question may have found a later version meanwhile, and be loading that.
        if (isLatest()) {
          this.loading.delete(key);
          this.remembered.set(key, { version, month: found });
        }
        return found;
      },
      (error: unknown) => {
        if (isLatest()) this.loading.delete(key);
        throw error;
      },
    );
    this.loading.set(key, { version, month });
    return month;
  }
}

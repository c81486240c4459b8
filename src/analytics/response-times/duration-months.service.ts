import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { VersionedMemory } from '../memory/versioned-memory';
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

/**
 * Durations by months, remembered from question to question. What was remembered is used for as long as the month has the
 * version that it was remembered with. It is never older than that: whoever changes durations changes the version of their
 * month in the same transaction, and the version is read before the durations are. What is committed between the two is
 * part of what is remembered, and its version is another one: then the next question reads the month once more.
 */
@Injectable()
export class DurationMonths {
  private readonly memory = new VersionedMemory<DurationMonth>(MOST_BYTES, bytesOf);

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
      chunk.forEach((each, index) =>
        found.set(
          each,
          this.memory.load(
            keyOf(each),
            each.version,
            loaded.then((all) => monthAt(all, index)),
          ),
        ),
      );
    }
    return Promise.all([...found.values()].filter((month) => month !== undefined));
  }

  private known(key: string, version: string): Promise<DurationMonth> | undefined {
    const month = this.memory.known(key, version);
    return month === undefined ? this.memory.beingLoaded(key, version) : Promise.resolve(month);
  }
}

function monthAt(months: readonly DurationMonth[], index: number): DurationMonth {
  const month = months[index];
  if (month === undefined) throw new Error(`There is no month at ${index}.`);
  return month;
}

import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { VersionedMemory } from '../memory/versioned-memory';
import type { PlacedBlock } from './added-up';
import { FigureDays } from './figure-days.repository';
import { NO_SUMS, type SumBlock, type SumColumn, type SumRow, blockOf, bytesOfBlock } from './sum-block';
import { type StepRun, stretchesOf } from './sum-steps';

/** Sums of a year by channel and day, for some accounts. What a question needs is held until it is answered, however much that is. */
export const MOST_BYTES = 48 * 1024 * 1024;
/** Steps in a statement: what comes back is never much at once. */
const STEPS_AT_ONCE = 31;
/** Statements of a question beside each other, for each set: enough for two processors, and connections are left for others. */
const LANES = 2;

/** A run whose sums are not known in their present version. */
interface Lacking {
  place: number;
  key: string;
  version: string;
}

/** Where sums come from. */
export interface SumSource {
  /** Tells it from all others. */
  key: string;
  columns: readonly SumColumn[];
  counters: readonly string[];
  /** Rows of steps between rising bounds. Each change of them changes the version of the days of UTC that they touch. */
  load(accountId: AccountId, bounds: readonly Date[]): Promise<SumRow[]>;
}

/**
 * Sums by steps of time, remembered from question to question. What was remembered is used for as long as the days that it
 * touches have the versions that it was remembered with. It is never older than that: whoever changes sums changes the
 * versions in the same transaction, and these are read before the sums are.
 */
@Injectable()
export class RememberedSums {
  private readonly memory = new VersionedMemory<SumBlock>(MOST_BYTES, bytesOfBlock);

  constructor(private readonly days: FigureDays) {}

  get bytes(): number {
    return this.memory.bytes;
  }

  /** @param runs in order of time */
  async read(accountId: AccountId, source: SumSource, runs: readonly StepRun[]): Promise<PlacedBlock[]> {
    const [from, until] = [runs[0]?.bounds[0], runs.at(-1)?.bounds.at(-1)];
    if (from === undefined || until === undefined) return [];
    const versions = await this.days.versions(accountId, { from, until });
    const blocks: (SumBlock | Promise<SumBlock>)[] = [];
    const lacking = new Map<StepRun, Lacking>();
    // Days without anything between those that lack are read with them: two statements would cost more.
    const toRead: StepRun[] = [];
    runs.forEach((run, place) => {
      const [first, last] = [run.bounds[0], run.bounds.at(-1)];
      const version = versions.of(first?.getTime() ?? 0, last?.getTime() ?? 0);
      if (version === null) {
        blocks[place] = NO_SUMS;
        toRead.push(run);
        return;
      }
      const key = `${accountId} ${source.key} ${run.bounds.map((bound) => bound.getTime() / 60_000).join(' ')}`;
      const known = this.memory.known(key, version) ?? this.memory.beingLoaded(key, version);
      if (known !== undefined) {
        blocks[place] = known;
        return;
      }
      lacking.set(run, { place, key, version });
      toRead.push(run);
    });
    // No pause since it was looked what is there: nobody else loads the same meanwhile.
    const statements: Promise<Map<StepRun, SumBlock>>[] = [];
    for (const stretch of stretchesOf(toRead, STEPS_AT_ONCE)) {
      const first = stretch.findIndex((run) => lacking.has(run));
      if (first === -1) continue;
      const read = stretch.slice(first, stretch.findLastIndex((run) => lacking.has(run)) + 1);
      const before: Promise<unknown> = statements.at(-LANES) ?? Promise.resolve();
      const loaded = before.then(() => this.load(accountId, source, read));
      statements.push(loaded);
      for (const run of read) {
        const own = lacking.get(run);
        if (own === undefined) continue;
        const block = loaded.then((all) => all.get(run) ?? NO_SUMS);
        blocks[own.place] = this.memory.load(own.key, own.version, block);
      }
    }
    // Hundreds that are all there need no promise each.
    await Promise.all(blocks.filter((block) => block instanceof Promise));
    const found: SumBlock[] = [];
    for (const block of blocks) found.push(block instanceof Promise ? await block : block);
    return runs.flatMap(({ first }, place) => {
      const block = found[place];
      return block === undefined || block.rows === 0 ? [] : [{ block, first }];
    });
  }

  /** A block for each of runs that follow each other. */
  private async load(
    accountId: AccountId,
    source: SumSource,
    stretch: readonly StepRun[],
  ): Promise<Map<StepRun, SumBlock>> {
    const bounds = stretch.flatMap((run, place) => (place === 0 ? run.bounds : run.bounds.slice(1)));
    const rows = await source.load(accountId, bounds);
    const blockOfStep: number[] = [];
    const firstOf: number[] = [];
    stretch.forEach((run, block) => {
      firstOf.push(blockOfStep.length);
      for (let step = 1; step < run.bounds.length; step++) blockOfStep.push(block);
    });
    const parts = stretch.map((): SumRow[] => []);
    // Names are many times the same text.
    const texts = new Map<string, string>();
    for (const row of rows) {
      const block = blockOfStep[row.step] ?? 0;
      const names: SumRow['names'] = {};
      for (const column of source.columns) names[column] = sameText(texts, row.names[column] ?? '');
      parts[block]?.push({ step: row.step - (firstOf[block] ?? 0), names, counts: row.counts });
    }
    return new Map(
      stretch.map((run, place) => [run, blockOf(parts[place] ?? [], source.columns, source.counters)]),
    );
  }
}

function sameText(texts: Map<string, string>, text: string): string {
  const known = texts.get(text);
  if (known === undefined) texts.set(text, text);
  return known ?? text;
}

import type { DataSource } from 'typeorm';
import { FigureDays } from '../../src/analytics/rollups/figure-days.repository';
import { RememberedSums } from '../../src/analytics/rollups/remembered-sums.service';
import { RollupReader } from '../../src/analytics/rollups/rollup-reader';
import { SumsRepository } from '../../src/analytics/rollups/sums.repository';

/** One that remembers nothing yet. */
export function rollupReader(db: DataSource): RollupReader {
  return new RollupReader(new SumsRepository(db), new RememberedSums(new FigureDays(db)));
}

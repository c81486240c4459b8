import { Injectable } from '@nestjs/common';
import type { AnalyticsDataset, DatasetName } from './analytics-table';

/** What there is to be told as tables. Each kind of figures registers itself when the application starts. */
@Injectable()
export class AnalyticsDatasets {
  private readonly byName = new Map<DatasetName, AnalyticsDataset>();

  /** Called from `onModuleInit`. */
  register(dataset: AnalyticsDataset): void {
    this.byName.set(dataset.name, dataset);
  }

  /** @throws Error when nobody registered it */
  get(name: DatasetName): AnalyticsDataset {
    const dataset = this.byName.get(name);
    if (dataset === undefined) throw new Error(`Nobody tells ${name} as tables`);
    return dataset;
  }
}

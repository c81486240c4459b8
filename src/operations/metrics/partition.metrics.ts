import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { createdAtOf } from '../../database/ids';
import { PARTITIONED_TABLES, listPartitions } from '../../database/partition-catalogue';
import { SharedGauges } from './shared-gauges';

const READ_EVERY_MS = 300_000;

/** How long rows still find a partition: made half a year ahead by a scheduler, and forgotten once none runs. */
@Injectable()
export class PartitionMetrics {
  constructor(shared: SharedGauges, @InjectDataSource() database: DataSource) {
    const headroom = shared.gauge(
      'partition_headroom_seconds',
      'How long until the last partition of a table ends: from then on nothing can be stored.',
      ['table'],
    );
    shared.share(
      'partitions',
      [headroom],
      async () => {
        const attached = (await listPartitions(database.manager)).filter(({ state }) => state === 'attached');
        return PARTITIONED_TABLES.map((table) => {
          const ends = attached
            .filter((partition) => partition.table === table)
            .map(({ range }) => createdAtOf(range.to).getTime());
          return {
            gauge: headroom,
            labels: { table },
            value: (Math.max(0, ...ends) - Date.now()) / 1_000,
          };
        });
      },
      READ_EVERY_MS,
    );
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { collectDefaultMetrics } from 'prom-client';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { APP_ROLES } from '../../config/env';
import { readBounded } from '../../database/bounded-reading';
import { MetricsRegistry } from './metrics-registry';
import { SharedGauges } from './shared-gauges';

/** PostgreSQL looks at every file of the database for it. */
const SIZE_EVERY_MS = 300_000;

/** This process: Node's own metrics (memory, event loop, garbage), its connections to PostgreSQL, what it is for. */
@Injectable()
export class ProcessMetrics {
  constructor(
    metrics: MetricsRegistry,
    shared: SharedGauges,
    config: AppConfig,
    @InjectDataSource() database: DataSource,
  ) {
    collectDefaultMetrics({ register: metrics.prometheus });
    const roles = metrics.gauge('process_role', '1 for each role that this process has.', ['role']);
    for (const role of APP_ROLES) if (config.has(role)) roles.set({ role }, 1);
    const connections = metrics.gauge(
      'database_connections',
      'Connections of this process to PostgreSQL by state, and callers that wait for one.',
      ['state'],
    );
    const size = metrics.gauge('database_pool_size', 'Connections that this process may hold.');
    size.set(config.env.DATABASE_POOL_SIZE);
    metrics.beforeEach(() => {
      const { total, idle, waiting } = poolOf(database);
      connections.set({ state: 'used' }, total - idle);
      connections.set({ state: 'idle' }, idle);
      connections.set({ state: 'waiting' }, waiting);
      return Promise.resolve();
    });
    const bytes = shared.gauge('database_bytes', 'Size of the whole database on its disk.');
    shared.share(
      'database',
      [bytes],
      async () => {
        const [row] = await readBounded<{ bytes: string }>(
          database,
          'SELECT pg_database_size(current_database()) AS bytes',
        );
        return [{ gauge: bytes, value: row === undefined ? null : Number(row.bytes) }];
      },
      SIZE_EVERY_MS,
    );
  }
}

/** Of node-postgres, behind TypeORM. */
function poolOf({ driver }: DataSource): { total: number; idle: number; waiting: number } {
  const pool: unknown = 'master' in driver ? driver.master : null;
  return {
    total: countIn(pool, 'totalCount'),
    idle: countIn(pool, 'idleCount'),
    waiting: countIn(pool, 'waitingCount'),
  };
}

function countIn(pool: unknown, name: string): number {
  const value: unknown = typeof pool === 'object' && pool !== null ? Reflect.get(pool, name) : null;
  return typeof value === 'number' ? value : 0;
}

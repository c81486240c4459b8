import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { firstIdAt } from '../../database/ids';
import { DatabaseMigrator } from '../../database/database-migrator';
import { MONTHS_AHEAD, startOfMonth } from '../../database/month-partitions';
import { PARTITIONED_TABLES, listPartitions } from '../../database/partition-catalogue';
import type { Check } from '../check-runner';
import { type Finding, about } from '../finding';

const OLDEST_MAJOR = 15;
const NEWEST_MAJOR = 18;
const NOTABLE_SKEW_MS = 30_000;
const FEWEST_FREE_CONNECTIONS = 5;

interface ServerRow {
  version: string;
  number: number;
  now: Date;
  is_copy: boolean;
  used: number;
  allowed: number;
}

@Injectable()
export class DatabaseCheck implements Check {
  readonly name = 'database';
  readonly subject = 'PostgreSQL';

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly migrator: DatabaseMigrator,
  ) {}

  async look(): Promise<Finding[]> {
    const [server, isPending, months] = await Promise.all([
      this.server(),
      this.migrator.hasPendingMigrations(),
      monthsAhead(this.database.manager, new Date()),
    ]);
    return [...server, migrationsFinding(isPending), partitionsFinding(months)];
  }

  private async server(): Promise<Finding[]> {
    const finding = about(this.name, this.subject);
    const startedAt = Date.now();
    const [row]: ServerRow[] = await this.database.query(
      `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
              clock_timestamp() AS now, pg_is_in_recovery() AS is_copy,
              (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
              current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS allowed`,
    );
    if (row === undefined) return [];
    const skewMs = Math.round((startedAt + Date.now()) / 2 - row.now.getTime());
    const evidence = {
      version: row.version,
      connections: row.used,
      connectionsAllowed: row.allowed,
      clockSkewMs: skewMs,
    };
    const troubles: Finding[] = [];
    const major = Math.floor(row.number / 10_000);
    if (row.is_copy)
      troubles.push(
        finding({
          severity: 'error',
          title: 'DATABASE_URL leads to a copy that takes no writes',
          explanation: 'Deliveries are answered 503, and nothing can be sent.',
          fix: 'Let DATABASE_URL lead to the primary.',
          evidence,
        }),
      );
    if (major < OLDEST_MAJOR || major > NEWEST_MAJOR)
      troubles.push(
        finding({
          severity: 'warning',
          title: `PostgreSQL ${major} is not one that this service is tested with`,
          explanation: `It is tested with ${OLDEST_MAJOR} to ${NEWEST_MAJOR}.`,
          fix: 'Plan an upgrade of the server, or of this service.',
          evidence,
        }),
      );
    if (Math.abs(skewMs) >= NOTABLE_SKEW_MS)
      troubles.push(
        finding({
          severity: 'warning',
          title: 'The clocks of PostgreSQL and of this process differ',
          explanation: `By ${Math.round(skewMs / 1_000)} s: leases, retries and deadlines are judged by both.`,
          fix: 'Let both machines set their clocks over the network.',
          evidence,
        }),
      );
    if (row.allowed - row.used < FEWEST_FREE_CONNECTIONS)
      troubles.push(
        finding({
          severity: 'warning',
          title: 'PostgreSQL has hardly a connection left',
          explanation: 'Processes that get none answer 503.',
          fix: 'Lower DATABASE_POOL_SIZE, run fewer processes, raise max_connections, or put a pooler in session mode in between.',
          evidence,
        }),
      );
    return troubles.length > 0
      ? troubles
      : [
          finding({
            severity: 'ok',
            title: `PostgreSQL ${major} answers`,
            explanation: 'Version, connections and clock are as they should be.',
            evidence,
          }),
        ];
  }
}

export function migrationsFinding(isPending: boolean): Finding {
  const finding = about('migrations', 'the tables');
  return isPending
    ? finding({
        severity: 'error',
        title: 'The tables are older than this version of the service',
        explanation:
          'Migrations of this version have not run: it does not start, or fails where it needs what is new.',
        fix: 'Start a process of this version, which migrates first; or, with separate roles, run npm run migrate as the owner of the tables.',
      })
    : finding({
        severity: 'ok',
        title: 'The tables are up to date',
        explanation: 'Every migration of this version has run.',
      });
}

/** How many months from the present one on every partitioned table has, without a hole; 0: not even this one. */
export async function monthsAhead(db: EntityManager, now: Date): Promise<number> {
  const existing = new Set(
    (await listPartitions(db))
      .filter(({ state }) => state === 'attached')
      .map(({ table, range }) => `${table} ${range.from}`),
  );
  let months = 0;
  while (
    months <= MONTHS_AHEAD &&
    PARTITIONED_TABLES.every((table) => existing.has(`${table} ${firstIdAt(startOfMonth(now, months))}`))
  )
    months += 1;
  return months;
}

export function partitionsFinding(months: number): Finding {
  const finding = about('partitions', 'the months of messages and deliveries');
  const evidence = { monthsFromThisOneOn: months };
  const fix =
    'Every start of a process that may change tables makes them, and a process with the role scheduler does so daily: see its log.';
  if (months === 0)
    return finding({
      severity: 'error',
      title: 'There is no partition for this month',
      explanation: 'Nothing can be stored: deliveries are answered 503, and messages are refused.',
      fix,
      evidence,
    });
  if (months < MONTHS_AHEAD)
    return finding({
      severity: months <= 1 ? 'error' : 'warning',
      title: `Partitions are made for ${months} months only`,
      explanation: `There should be ${MONTHS_AHEAD} ahead; when they run out nothing can be stored.`,
      fix,
      evidence,
    });
  return finding({
    severity: 'ok',
    title: 'Partitions are made ahead',
    explanation: `For ${months} months, this one included.`,
    evidence,
  });
}

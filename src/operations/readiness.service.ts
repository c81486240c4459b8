import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { DatabaseMigrator } from '../database/database-migrator';
import { pingRedis } from './redis-ping';

export type PartState = 'up' | 'down' | 'pending';

export interface Readiness {
  ready: boolean;
  parts: { database: PartState; redis: PartState; migrations: PartState };
}

const CHECK_TIMEOUT_MS = 1_000;

@Injectable()
export class ReadinessService {
  private readonly log = new Logger(ReadinessService.name);
  /** Migrations only ever get fewer while a process lives, so that one good answer is for good. */
  private migrated = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly migrator: DatabaseMigrator,
    private readonly config: AppConfig,
  ) {}

  /** Each part within a second: a load balancer does not wait longer for a probe. */
  async check(): Promise<Readiness> {
    const [database, redis] = await Promise.all([
      this.isUp('PostgreSQL', () => this.database.query('SELECT 1')),
      this.isUp('Redis', () => pingRedis(this.config.env.REDIS_URL, CHECK_TIMEOUT_MS)),
    ]);
    const migrations = database ? await this.migrationState() : 'down';
    return {
      ready: database && redis && migrations === 'up',
      parts: { database: database ? 'up' : 'down', redis: redis ? 'up' : 'down', migrations },
    };
  }

  private async migrationState(): Promise<PartState> {
    if (this.isMigrated()) return 'up';
    const answered = await this.isUp('The table of migrations', async () => {
      this.migrated = !(await this.migrator.hasPendingMigrations());
    });
    if (!answered) return 'down';
    return this.isMigrated() ? 'up' : 'pending';
  }

  private isMigrated(): boolean {
    return this.migrated;
  }

  private async isUp(name: string, check: () => Promise<unknown>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    try {
      const timeout = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`${name} does not answer in time.`));
        }, CHECK_TIMEOUT_MS);
      });
      await Promise.race([check(), timeout]);
      return true;
    } catch (error) {
      this.log.warn(`${name} is not ready: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}

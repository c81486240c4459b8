import { Server } from 'node:http';
import { hostname } from 'node:os';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { AppRole } from '../config/env';
import { newId } from '../database/ids';
import { serviceVersion } from './service-version';

export interface SeenProcess {
  host: string;
  pid: number;
  roles: AppRole[];
  version: string;
  startedAt: Date;
  seenAt: Date;
}

const BEAT_EVERY_MS = 15_000;
/** Four beats: a process that is busy for a moment is not dead. */
const DEAD_AFTER_SECONDS = 60;
const KEPT_DAYS = 1;

/**
 * Every process that listens writes down that it lives, whatever its roles; so anybody with the database can tell whether
 * somebody works. Only the database's clock counts.
 */
@Injectable()
export class ProcessBeats implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(ProcessBeats.name);
  private readonly id = newId();
  private readonly startedAt = new Date();
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly host: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    this.server()?.once('listening', () => void this.beatRegularly());
  }

  @Interval(BEAT_EVERY_MS)
  async beatRegularly(): Promise<void> {
    // A command that boots the application does none of its work.
    if (this.isStopping || this.running !== undefined || this.server()?.listening !== true) return;
    this.running = this.beat().catch((error: unknown) => {
      this.log.warn(
        `Could not write down that this process lives: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    });
    await this.running;
    this.running = undefined;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.running;
    // Else it would be taken for alive for another minute.
    await this.database
      .query('DELETE FROM service_processes WHERE id = $1', [this.id])
      .catch(() => undefined);
  }

  async beat(): Promise<void> {
    await this.database.query(
      `WITH gone AS (DELETE FROM service_processes WHERE seen_at < now() - $7 * interval '1 day' AND id <> $1)
       INSERT INTO service_processes (id, host, pid, roles, version, started_at, seen_at)
       VALUES ($1, $2, $3, $4, $5, $6, now()) ON CONFLICT (id) DO UPDATE SET seen_at = now()`,
      [
        this.id,
        hostname(),
        process.pid,
        this.config.env.APP_ROLES,
        serviceVersion(),
        this.startedAt,
        KEPT_DAYS,
      ],
    );
  }

  /** Those that were seen within the last minute, oldest first. */
  async alive(): Promise<SeenProcess[]> {
    const rows: {
      host: string;
      pid: number;
      roles: AppRole[];
      version: string;
      started_at: Date;
      seen_at: Date;
    }[] = await this.database.query(
      `SELECT host, pid, roles, version, started_at, seen_at FROM service_processes
        WHERE seen_at > now() - $1 * interval '1 second' ORDER BY started_at, id LIMIT 1000`,
      [DEAD_AFTER_SECONDS],
    );
    return rows.map(({ started_at: startedAt, seen_at: seenAt, ...row }) => ({ ...row, startedAt, seenAt }));
  }

  private server(): Server | undefined {
    const server: unknown = this.host.httpAdapter.getHttpServer();
    return server instanceof Server ? server : undefined;
  }
}

import { Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bull';

const REPEAT_AFTER_MS = 60_000;

/**
 * Tells of a Redis outage once when it begins and once when it ends. Every queue has several connections and each
 * reports every attempt to reconnect: without this, an outage buries all other lines of the log.
 */
@Injectable()
export class RedisOutageLog {
  private readonly logger = new Logger('Redis');
  private readonly watched: Queue[] = [];
  private readonly toldAt = new Map<string, number>();
  private downSince: number | null = null;
  private isSilent = false;

  watch(queue: Queue): void {
    this.watched.push(queue);
    queue.on('error', (error: Error) => {
      this.record(error);
    });
    queue.client.on('ready', () => {
      this.recordReady();
    });
    queue.client.on('close', () => {
      this.recordLoss('connection closed');
    });
  }

  /** Shutting down closes connections too, which is no outage. */
  silence(): void {
    this.isSilent = true;
  }

  private record(error: Error): void {
    if (this.isSilent) return;
    const { code, message } = error as NodeJS.ErrnoException;
    if (CONNECTION_CODES.has(code ?? '') || message.startsWith('Connection is closed')) {
      this.recordLoss(code ?? message);
      return;
    }
    const now = Date.now();
    if (now - (this.toldAt.get(message) ?? -REPEAT_AFTER_MS) < REPEAT_AFTER_MS) return;
    if (this.toldAt.size > 100) this.toldAt.clear();
    this.toldAt.set(message, now);
    this.logger.error(`A queue reports: ${message}`);
  }

  private recordLoss(reason: string): void {
    if (this.downSince !== null || this.isSilent) return;
    this.downSince = Date.now();
    this.logger.warn(`Redis cannot be reached (${reason}); work waits in PostgreSQL until it is back`);
  }

  private recordReady(): void {
    // One connection comes back before the others; what they still report belongs to the same outage.
    if (this.downSince === null || this.watched.some(({ client }) => client.status !== 'ready')) return;
    this.logger.log(`Redis is back after ${Date.now() - this.downSince} ms`);
    this.downSince = null;
  }
}

const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

import { Injectable } from '@nestjs/common';
import { JobQueue } from '../queue/job-queue';
import { DeliveryWriter } from './delivery-writer';

/** Takes deliveries in. What it has answered for is on disk; everything else may be done later, or again. */
@Injectable()
export class WebhookInboxService {
  private isWaking = false;

  constructor(
    private readonly writer: DeliveryWriter,
    private readonly jobs: JobQueue,
  ) {}

  /**
   * Stores a verified body. The same bytes a second time are the same delivery: Meta repeats what it believes lost.
   * @throws ServiceUnavailableError, or whatever PostgreSQL throws; then the answer is 503 and Meta delivers again
   */
  async receive(body: Buffer): Promise<void> {
    const isJson = looksLikeJsonObject(body);
    const isNew = await this.writer.write({ body, ignoredBecause: isJson ? null : 'the body is not JSON' });
    if (isNew && isJson) this.wake();
  }

  /** One job for all that were stored in this turn. Not awaited: a lost wake-up only delays, the sweeper finds the rows. */
  private wake(): void {
    if (this.isWaking) return;
    this.isWaking = true;
    setImmediate(() => {
      this.isWaking = false;
      void this.jobs.add('webhook-inbox', 'process', {});
    });
  }
}

/**
 * Whether the bytes begin and end as a JSON object does. Enough to tell a sender that is not Meta; parsing is the
 * processor's work, after the acknowledgement.
 */
export function looksLikeJsonObject(body: Buffer): boolean {
  const text = body.subarray(0, 64).toString('latin1').trimStart();
  const end = body.subarray(-64).toString('latin1').trimEnd();
  return text.startsWith('{') && end.endsWith('}');
}

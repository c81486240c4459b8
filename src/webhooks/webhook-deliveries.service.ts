import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { LessThan, MoreThan } from 'typeorm';
import type { DeliveryId, UserId } from '../database/ids';
import { isUuid } from '../database/ids';
import { NotFoundError } from '../errors/app.error';
import type { DeliveryLane } from './delivery-lane';
import { replayStep, replayedBy } from './delivery-steps';
import { type DeliveryState, WebhookDeliveryEntity } from './entities/webhook-delivery.entity';
import { WebhookWaker } from './webhook-waker';

export interface DeliveryFilter {
  state?: DeliveryState | undefined;
  limit: number;
  before?: DeliveryId | undefined;
  after?: DeliveryId | undefined;
}

export interface ReplayFilter {
  state: DeliveryState;
  receivedFrom?: Date | undefined;
  receivedUntil?: Date | undefined;
}

/** What became of Meta's deliveries, and doing them again. */
@Injectable()
export class WebhookDeliveriesService {
  constructor(
    @InjectRepository(WebhookDeliveryEntity) private readonly deliveries: Repository<WebhookDeliveryEntity>,
    private readonly waker: WebhookWaker,
  ) {}

  /** Newest first. */
  async page({ state, limit, before, after }: DeliveryFilter): Promise<WebhookDeliveryEntity[]> {
    const isForward = before === undefined && after !== undefined;
    const rows = await this.deliveries.find({
      where: {
        ...(state === undefined ? {} : { state }),
        ...(before === undefined ? {} : { id: LessThan(before) }),
        ...(isForward ? { id: MoreThan(after) } : {}),
      },
      order: { id: isForward ? 'ASC' : 'DESC' },
      take: limit,
    });
    return isForward ? rows.reverse() : rows;
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<WebhookDeliveryEntity> {
    const delivery = isUuid(id) ? await this.deliveries.findOneBy({ id: id as DeliveryId }) : null;
    if (delivery === null) throw new NotFoundError('There is no such delivery.');
    return delivery;
  }

  /**
   * Processes a delivery again from its stored bytes. Effects that it had are not had twice.
   * @throws NotFoundError
   */
  async replay(userId: UserId, id: string): Promise<WebhookDeliveryEntity> {
    const delivery = await this.get(id);
    const rows: { lane: DeliveryLane }[] = await this.deliveries.query(
      `WITH replayed AS (
         UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_attempt_at = now(), error = NULL
          WHERE id = $1 RETURNING id, lane),
       noted AS (${replayStep('$2', '$3', '$4')})
       SELECT lane FROM replayed`,
      [delivery.id, ...replayedBy(userId)],
    );
    this.waker.wake(rows.map(({ lane }) => lane));
    return this.get(id);
  }

  /**
   * As bulk work, behind whatever is live.
   * @returns how many will be processed again
   */
  async replayAll(userId: UserId, { state, receivedFrom, receivedUntil }: ReplayFilter): Promise<number> {
    const [row]: { count: number }[] = await this.deliveries.query(
      `WITH replayed AS (
         UPDATE webhook_deliveries
            SET state = 'pending', lane = 'bulk', attempts = 0, next_attempt_at = now(), error = NULL
          WHERE state = $1 AND received_at >= coalesce($2::timestamptz, '-infinity')
            AND received_at < coalesce($3::timestamptz, 'infinity')
          RETURNING id),
       noted AS (${replayStep('$4', '$5', '$6')})
       SELECT count(*)::int AS count FROM replayed`,
      [state, receivedFrom ?? null, receivedUntil ?? null, ...replayedBy(userId)],
    );
    this.waker.wake(['bulk']);
    return row?.count ?? 0;
  }
}

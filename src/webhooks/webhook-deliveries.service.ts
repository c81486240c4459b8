import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { LessThan, MoreThan } from 'typeorm';
import type { DeliveryId } from '../database/ids';
import { isUuid } from '../database/ids';
import { NotFoundError } from '../errors/app.error';
import type { DeliveryLane } from './delivery-lane';
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
  async replay(id: string): Promise<WebhookDeliveryEntity> {
    const delivery = await this.get(id);
    const [rows]: [{ lane: DeliveryLane }[], number] = await this.deliveries.query(
      `UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_attempt_at = now(), error = NULL
        WHERE id = $1 RETURNING lane`,
      [delivery.id],
    );
    this.waker.wake(rows.map(({ lane }) => lane));
    return this.get(id);
  }

  /**
   * As bulk work, behind whatever is live.
   * @returns how many will be processed again
   */
  async replayAll({ state, receivedFrom, receivedUntil }: ReplayFilter): Promise<number> {
    const [, count]: [unknown[], number] = await this.deliveries.query(
      `UPDATE webhook_deliveries
          SET state = 'pending', lane = 'bulk', attempts = 0, next_attempt_at = now(), error = NULL
        WHERE state = $1 AND received_at >= coalesce($2::timestamptz, '-infinity')
          AND received_at < coalesce($3::timestamptz, 'infinity')`,
      [state, receivedFrom ?? null, receivedUntil ?? null],
    );
    this.waker.wake(['bulk']);
    return count;
  }
}

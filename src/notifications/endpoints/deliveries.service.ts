import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { JobQueue } from '../../queue/job-queue';
import { type DeliveryFilter, DeliveryList } from './delivery-list.repository';
import { DeliveryReplays, type ReplayFilter } from './delivery-replays.repository';
import type { AttemptRow, DeliveryBodyRow, DeliveryRow } from './endpoint-rows';
import type { EndpointKey } from './endpoint-states';
import { EndpointsRepository } from './endpoints.repository';
import { EndpointsService } from './endpoints.service';

/** Put in line by one call, in one transaction. */
export const REPLAYED_AT_ONCE = 5_000;

/** What was sent to endpoints, and sending it again. */
@Injectable()
export class EndpointDeliveriesService {
  constructor(
    private readonly endpoints: EndpointsService,
    private readonly rows: EndpointsRepository,
    private readonly list: DeliveryList,
    private readonly replays: DeliveryReplays,
    private readonly jobs: JobQueue,
  ) {}

  async page(user: AuthenticatedUser, endpointId: string, filter: DeliveryFilter): Promise<DeliveryRow[]> {
    return this.list.page(await this.keyOf(user, endpointId), filter);
  }

  async get(
    user: AuthenticatedUser,
    endpointId: string,
    id: string,
  ): Promise<{ delivery: DeliveryBodyRow; attempts: AttemptRow[] }> {
    const key = await this.keyOf(user, endpointId);
    const delivery = await this.list.find(key, id);
    if (delivery === null) throw new NotFoundError('There is no such delivery.');
    return { delivery, attempts: await this.list.attempts(key, id) };
  }

  /** @throws ConflictError while the endpoint is disabled, while it is being sent, or when its content was erased */
  async replay(user: AuthenticatedUser, endpointId: string, id: string): Promise<DeliveryRow> {
    const key = await this.keyOf(user, endpointId);
    const { delivery } = await this.get(user, endpointId, id);
    if (delivery.body === null) throw new ConflictError('Its content was erased: there is nothing to send.');
    await this.rows.transaction(async (tx) => {
      await this.holdForReplay(tx, key);
      if (!(await this.replays.replayOne(tx, key, id)))
        throw new ConflictError('It is being sent at this moment. See what comes of it.');
    });
    await this.wake();
    return (await this.get(user, endpointId, id)).delivery;
  }

  /** @throws ConflictError while the endpoint is disabled */
  async replayMany(
    user: AuthenticatedUser,
    endpointId: string,
    filter: Omit<ReplayFilter, 'limit'>,
  ): Promise<{ replayed: number; more: boolean }> {
    const key = await this.keyOf(user, endpointId);
    const replayed = await this.rows.transaction(async (tx) => {
      await this.holdForReplay(tx, key);
      return this.replays.replayMany(tx, key, { ...filter, limit: REPLAYED_AT_ONCE });
    });
    if (replayed > 0) await this.wake();
    return { replayed, more: replayed === REPLAYED_AT_ONCE };
  }

  private async keyOf(user: AuthenticatedUser, endpointId: string): Promise<EndpointKey> {
    const { account_id: accountId } = await this.endpoints.get(user, endpointId);
    return { accountId, endpointId };
  }

  private async holdForReplay(tx: EntityManager, { accountId, endpointId }: EndpointKey): Promise<void> {
    const row = await this.rows.lock(tx, accountId, endpointId);
    if (row === null) throw new NotFoundError('There is no such endpoint.');
    if (row.state === 'disabled')
      throw new ConflictError('The endpoint is disabled. Set its state to active first.');
  }

  private async wake(): Promise<void> {
    await this.jobs.add('endpoint-deliveries', 'send', {}, { jobId: 'wake' });
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { firstIdAt } from '../../database/ids';
import type { AttemptRow, DeliveryBodyRow, DeliveryRow } from './endpoint-rows';
import type { DeliveryState, EndpointKey } from './endpoint-states';

export interface DeliveryFilter {
  states: readonly DeliveryState[] | undefined;
  types: readonly string[] | undefined;
  from: Date | undefined;
  until: Date | undefined;
  limit: number;
  /** At most one of the two, as ids. */
  before: string | undefined;
  after: string | undefined;
}

/** Attempts that are shown of one delivery, the latest. */
const MOST_ATTEMPTS = 100;

const SHOWN = `d.account_id, d.id, d.endpoint_id, d.event_id, d.type, d.sequence AS conversation_sequence, d.state, d.due_at,
  coalesce(d.claimed_until > now(), false) AS is_sending, d.attempts, d.last_status, d.last_error, d.finished_at`;

/** What people see of deliveries. */
@Injectable()
export class DeliveryList {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** The newest first. */
  async page({ accountId, endpointId }: EndpointKey, filter: DeliveryFilter): Promise<DeliveryRow[]> {
    const isForward = filter.before === undefined && filter.after !== undefined;
    const parameters: unknown[] = [accountId, endpointId, filter.limit];
    const conditions = ['d.account_id = $1', 'd.endpoint_id = $2'];
    const add = (condition: (parameter: string) => string, value: unknown): void => {
      if (value !== undefined) conditions.push(condition(`$${parameters.push(value)}`));
    };
    add((p) => `d.id < ${p}`, filter.before);
    if (filter.before === undefined) add((p) => `d.id > ${p}`, filter.after);
    add((p) => `d.state = ANY(${p}::text[])`, filter.states);
    add((p) => `d.type = ANY(${p}::text[])`, filter.types);
    // Ids sort by the time of their making.
    add((p) => `d.id >= ${p}`, filter.from && firstIdAt(filter.from));
    add((p) => `d.id < ${p}`, filter.until && firstIdAt(filter.until));
    const rows: DeliveryRow[] = await this.database.query(
      `SELECT ${SHOWN} FROM notification_deliveries d WHERE ${conditions.join(' AND ')}
        ORDER BY d.id ${isForward ? 'ASC' : 'DESC'} LIMIT $3`,
      parameters,
    );
    return isForward ? rows.reverse() : rows;
  }

  async find({ accountId, endpointId }: EndpointKey, id: string): Promise<DeliveryBodyRow | null> {
    const [row]: DeliveryBodyRow[] = await this.database.query(
      `SELECT ${SHOWN}, d.body FROM notification_deliveries d
        WHERE d.account_id = $1 AND d.endpoint_id = $2 AND d.id = $3`,
      [accountId, endpointId, id],
    );
    return row ?? null;
  }

  /** The latest first. */
  async attempts({ accountId }: EndpointKey, deliveryId: string): Promise<AttemptRow[]> {
    return this.database.query(
      `SELECT number, at, duration_ms, status, failure, error, response FROM notification_attempts
        WHERE account_id = $1 AND delivery_id = $2 ORDER BY number DESC LIMIT ${MOST_ATTEMPTS}`,
      [accountId, deliveryId],
    );
  }
}

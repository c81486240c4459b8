import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AccountId, newId } from '../../database/ids';
import type { DeliveredEvent } from '../../domain-events/outbox-subscribers';
import type { PublicEvent } from '../../public-events/public-event';
import { deliveryBody } from './delivery-body';
import { type PartitionKey, giveTurns } from './delivery-turns';
import type { EventFilter } from './event-filter';
import { partitionOf } from './event-places';

export interface ListeningEndpoint extends EventFilter {
  accountId: AccountId;
  id: string;
}

/** An event that an endpoint is to be told. */
export interface Match {
  endpoint: ListeningEndpoint;
  event: DeliveredEvent;
  told: PublicEvent;
}

interface EndpointRow {
  account_id: AccountId;
  id: string;
  event_types: string[];
  platforms: string[];
  asset_ids: string[];
}

/** Puts events in line for the endpoints that want to be told of them. */
@Injectable()
export class DeliveryWriter {
  /** Those that may want to be told of something of these accounts. What is disabled listens too: its events are held. */
  async listening(tx: EntityManager, accountIds: readonly AccountId[]): Promise<ListeningEndpoint[]> {
    const rows: EndpointRow[] = await tx.query(
      `SELECT account_id, id, event_types, platforms, asset_ids FROM notification_endpoints
        WHERE account_id = ANY($1) AND state <> 'removed'`,
      [accountIds],
    );
    return rows.map((row) => ({
      accountId: row.account_id,
      id: row.id,
      eventTypes: row.event_types,
      platforms: row.platforms,
      channelIds: row.asset_ids,
    }));
  }

  /**
   * One delivery for each, exactly once however often this is called.
   * @param matches in the order of their events
   */
  async write(tx: EntityManager, matches: readonly Match[]): Promise<void> {
    // Held until the commit, so that nobody changes the lines of these endpoints meanwhile; always in this order.
    const locked: { account_id: AccountId; id: string; state: string }[] = await tx.query(
      `SELECT account_id, id, state FROM notification_endpoints
        WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND state <> 'removed'
        ORDER BY account_id, id FOR NO KEY UPDATE`,
      [matches.map(({ endpoint }) => endpoint.accountId), matches.map(({ endpoint }) => endpoint.id)],
    );
    const states = new Map(locked.map(({ id, state }) => [id, state]));
    const wanted = matches.filter(({ endpoint }) => states.has(endpoint.id));
    if (wanted.length === 0) return;
    await this.insert(tx, wanted, states);
    await giveTurns(
      tx,
      wanted.flatMap(({ endpoint, event }) => {
        const partitionId = partitionOf(event);
        return partitionId === null ? [] : [keyOf(endpoint, partitionId)];
      }),
    );
    await tx.query(
      `UPDATE notification_endpoints SET due_at = least(due_at, now())
        WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND state <> 'disabled'`,
      [wanted.map(({ endpoint }) => endpoint.accountId), wanted.map(({ endpoint }) => endpoint.id)],
    );
  }

  private async insert(
    tx: EntityManager,
    wanted: readonly Match[],
    states: ReadonlyMap<string, string>,
  ): Promise<void> {
    const ranks = await this.ranks(tx, wanted);
    const bodies = new Map<string, number>();
    const texts: string[] = [];
    const rows = wanted.map(({ endpoint, event, told }) => {
      let index = bodies.get(event.id);
      // Each body is sent to the database once, however many endpoints are told of it.
      if (index === undefined) {
        index = texts.push(deliveryBody(told));
        bodies.set(event.id, index);
      }
      const partitionId = partitionOf(event);
      return {
        accountId: endpoint.accountId,
        id: newId(),
        endpointId: endpoint.id,
        eventId: event.id,
        type: told.type,
        body: index,
        partitionId,
        rank:
          partitionId === null ? 0 : ranks.next(keyOf(endpoint, partitionId), told.conversation?.sequence),
        sequence: told.conversation?.sequence ?? null,
        isHeld: states.get(endpoint.id) === 'disabled',
      };
    });
    await tx.query(
      `INSERT INTO notification_deliveries (account_id, id, endpoint_id, event_id, type, body, partition_id, rank, sequence,
         state, due_at)
       SELECT "accountId", id, "endpointId", "eventId", type, ($2::text[])[body], "partitionId", rank, sequence,
              CASE WHEN "isHeld" THEN 'held' ELSE 'pending' END,
              CASE WHEN NOT "isHeld" AND "partitionId" IS NULL THEN now() END
         FROM jsonb_to_recordset($1::jsonb) AS r ("accountId" uuid, id uuid, "endpointId" uuid, "eventId" uuid, type text,
           body integer, "partitionId" uuid, rank bigint, sequence bigint, "isHeld" boolean)
       ON CONFLICT (account_id, endpoint_id, event_id) DO NOTHING`,
      [JSON.stringify(rows), texts],
    );
  }

  /**
   * The place within a conversation: its sequence, and for what has none, as a status, behind what is in line already.
   */
  private async ranks(
    tx: EntityManager,
    wanted: readonly Match[],
  ): Promise<{ next: (key: PartitionKey, sequence: number | undefined) => number }> {
    const keys = wanted.flatMap(({ endpoint, event }) => {
      const partitionId = partitionOf(event);
      return partitionId === null ? [] : [keyOf(endpoint, partitionId)];
    });
    const rows: { endpoint_id: string; partition_id: string; rank: string | null }[] = await tx.query(
      `SELECT w.endpoint_id, w.partition_id, greatest(
                (SELECT d.rank FROM notification_deliveries d
                  WHERE d.account_id = w.account_id AND d.endpoint_id = w.endpoint_id AND d.partition_id = w.partition_id
                    AND d.state = 'pending' AND d.tries = 0
                  ORDER BY d.rank DESC, d.id DESC LIMIT 1),
                (SELECT max(d.rank) FROM notification_deliveries d
                  WHERE d.account_id = w.account_id AND d.endpoint_id = w.endpoint_id AND d.partition_id = w.partition_id
                    AND d.state = 'pending' AND d.due_at IS NOT NULL)) AS rank
         FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
                 AS w (account_id, endpoint_id, partition_id)) w`,
      [
        keys.map(({ accountId }) => accountId),
        keys.map(({ endpointId }) => endpointId),
        keys.map(({ partitionId }) => partitionId),
      ],
    );
    const last = new Map(
      rows.map((row) => [`${row.endpoint_id} ${row.partition_id}`, Number(row.rank ?? 0)]),
    );
    return {
      next: ({ endpointId, partitionId }, sequence) => {
        const key = `${endpointId} ${partitionId}`;
        const known = last.get(key) ?? 0;
        last.set(key, Math.max(known, sequence ?? 0));
        return sequence ?? known;
      },
    };
  }
}

function keyOf({ accountId, id }: ListeningEndpoint, partitionId: string): PartitionKey {
  return { accountId, endpointId: id, partitionId };
}

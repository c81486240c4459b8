import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AssetRef, AssetsService, type OwnedAsset } from '../assets/assets.service';
import type { DeliveryId } from '../database/ids';
import { Outbox } from '../domain-events/outbox';
import type { WebhookEvent } from './webhook-events';
import type { RoutedEvent } from './webhook-handler.registry';

export interface UnroutedEvent {
  deliveryId: DeliveryId;
  event: WebhookEvent;
}

export interface RoutingResult {
  routed: RoutedEvent[];
  /** Events of assets that no account of this service owns at present. */
  homeless: UnroutedEvent[];
}

/** Gives each event the account that owns the number, Page or business account it is about, in a few queries for all. */
@Injectable()
export class EventRouter {
  constructor(
    private readonly assets: AssetsService,
    private readonly outbox: Outbox,
  ) {}

  async route(tx: EntityManager, events: readonly UnroutedEvent[]): Promise<RoutingResult> {
    const refs = new Map<string, AssetRef>();
    for (const { event } of events) {
      for (const ref of [event.asset, event.parent]) if (ref !== null) refs.set(refKey(ref), ref);
    }
    const owners = await this.assets.ownersOf(tx, [...refs.values()]);
    await this.adopt(tx, events, owners);

    const result: RoutingResult = { routed: [], homeless: [] };
    for (const unrouted of events) {
      const { event, deliveryId } = unrouted;
      const owner = event.asset === null ? null : owners.get(refKey(event.asset));
      if (owner === undefined) result.homeless.push(unrouted);
      else
        result.routed.push({
          ...event,
          deliveryId,
          owner: owner === null ? null : { accountId: owner.accountId, assetId: owner.id },
        });
    }
    return result;
  }

  /** A number that was added to a business account a moment ago belongs to that account's owner. */
  private async adopt(
    tx: EntityManager,
    events: readonly UnroutedEvent[],
    owners: Map<string, OwnedAsset>,
  ): Promise<void> {
    const adoptions = new Map<string, { ref: AssetRef; parent: OwnedAsset }>();
    for (const { event } of events) {
      if (event.asset === null || event.parent === null || owners.has(refKey(event.asset))) continue;
      const parent = owners.get(refKey(event.parent));
      if (parent !== undefined) adoptions.set(refKey(event.asset), { ref: event.asset, parent });
    }
    for (const [key, { ref, parent }] of adoptions) {
      const [owned] = await this.assets.claim(tx, parent.accountId, [{ ...ref, name: null }]);
      if (owned === undefined) continue;
      owners.set(key, owned);
      // Its platform then reads what else there is to know of it.
      await this.outbox.record(tx, [
        {
          kind: 'asset.adopted',
          accountId: parent.accountId,
          payload: { kind: ref.kind, metaId: ref.metaId },
        },
      ]);
    }
  }
}

export function refKey(ref: AssetRef): string {
  return `${ref.kind}:${ref.metaId}`;
}

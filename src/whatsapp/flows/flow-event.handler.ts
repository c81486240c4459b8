import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EventSeverity } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { type AccountId, type AssetId, newId } from '../../database/ids';
import { fingerprintOf } from '../../webhooks/event-fingerprint';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { textAt } from '../meta-values';
import { type OwnedEvent, newestByKey, ownedEvents } from '../newest-events';

type FlowEvent = OwnedEvent<'whatsapp.flow'> & { payload: { flowId: string } };

interface TouchedFlow {
  account_id: AccountId;
  id: string;
  flow_id: string;
  name: string;
  previous: string | null;
  status: string;
}

const STATUS_CHANGE = 'FLOW_STATUS_CHANGE';

/** Meta tells a flow's status, and what its monitoring finds. By Meta's time the newest stays. */
@Injectable()
export class FlowEventHandler implements WebhookHandler<'whatsapp.flow'>, OnModuleInit {
  readonly kind = 'whatsapp.flow';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.flow'>[], tx: EntityManager): Promise<void> {
    const owned = ownedEvents(events).filter(
      (event): event is FlowEvent => event.payload.flowId !== undefined,
    );
    if (owned.length === 0) return;
    const touched = new Map(
      (await this.applyStatuses(tx, owned)).map((row) => [`${row.account_id}:${row.flow_id}`, row]),
    );
    await this.applyAlerts(tx, owned);
    await this.outbox.record(
      tx,
      owned.flatMap((event) => {
        const flow = touched.get(flowKey(event));
        if (flow === undefined) return [];
        return [
          {
            kind: 'whatsapp.flow.updated' as const,
            accountId: event.owner.accountId,
            payload: {
              id: flow.id,
              flowId: flow.flow_id,
              wabaId: event.asset?.metaId ?? '',
              name: flow.name,
              event: event.payload.event,
              previous: event.payload.event === STATUS_CHANGE ? flow.previous : null,
              status: flow.status,
              severity: severityOf(event),
            },
            fingerprint: fingerprintOf(event),
          },
        ];
      }),
    );
  }

  /** A flow that was made elsewhere a moment ago is stored with what is told of it; its list completes it. */
  private async applyStatuses(tx: EntityManager, events: readonly FlowEvent[]): Promise<TouchedFlow[]> {
    const statuses = newestByKey(
      events.filter(({ payload }) => payload.event === STATUS_CHANGE && payload.newStatus !== undefined),
      flowKey,
    );
    const rows = newestByKey(events, flowKey).map((event) => {
      const status = statuses.find((candidate) => flowKey(candidate) === flowKey(event));
      return {
        account_id: event.owner.accountId,
        id: newId(),
        waba: event.owner.assetId satisfies AssetId,
        flow_id: event.payload.flowId,
        status: status?.payload.newStatus ?? null,
        old_status: status?.payload.oldStatus ?? null,
        occurred_at: (status ?? event).occurredAt.toISOString(),
      };
    });
    rows.sort((a, b) => flowOrder(a).localeCompare(flowOrder(b)));
    await tx.query(
      `INSERT INTO whatsapp_flows (account_id, id, whatsapp_business_account_id, flow_id, name, status)
       SELECT e.account_id, e.id, e.waba, e.flow_id, '', coalesce(e.old_status, e.status)
         FROM jsonb_to_recordset($1::jsonb) AS e (account_id uuid, id uuid, waba uuid, flow_id text, status text,
                old_status text)
         JOIN whatsapp_business_accounts w ON w.account_id = e.account_id AND w.id = e.waba
        WHERE e.status IS NOT NULL
       ON CONFLICT (account_id, flow_id) DO NOTHING`,
      [JSON.stringify(rows)],
    );
    const touched: TouchedFlow[] = await tx.query(
      `WITH told AS MATERIALIZED (
         SELECT f.account_id, f.id, f.status AS previous, e.status, e.occurred_at,
                -- Webhooks are dated by the second, readings to the microsecond.
                e.status IS NOT NULL AND (f.status_changed_at IS NULL
                  OR date_trunc('second', f.status_changed_at) <= e.occurred_at) AS is_newer
           FROM jsonb_to_recordset($1::jsonb) AS e (account_id uuid, flow_id text, status text, occurred_at timestamptz)
           JOIN whatsapp_flows f ON f.account_id = e.account_id AND f.flow_id = e.flow_id
          ORDER BY f.account_id, f.flow_id FOR UPDATE OF f),
       changed AS (
         UPDATE whatsapp_flows f SET status = told.status, status_changed_at = told.occurred_at, updated_at = now()
           FROM told WHERE told.is_newer AND f.account_id = told.account_id AND f.id = told.id
         RETURNING f.account_id, f.id)
       SELECT f.account_id, f.id, f.flow_id, f.name, told.previous,
              CASE WHEN told.is_newer THEN told.status ELSE f.status END AS status
         FROM told JOIN whatsapp_flows f ON f.account_id = told.account_id AND f.id = told.id`,
      [JSON.stringify(rows)],
    );
    return touched;
  }

  private async applyAlerts(tx: EntityManager, events: readonly FlowEvent[]): Promise<void> {
    const alerts = newestByKey(
      events.filter(({ payload }) => payload.event !== STATUS_CHANGE),
      (event) => `${flowKey(event)}:${event.payload.event}`,
    );
    if (alerts.length === 0) return;
    const rows = alerts.map(({ owner, payload, occurredAt }) => ({
      account_id: owner.accountId,
      flow_id: payload.flowId,
      event: payload.event,
      alert: {
        state: textAt(payload.details, 'alert_state') ?? null,
        message: payload.message ?? null,
        at: occurredAt.toISOString(),
        details: payload.details,
      },
    }));
    await tx.query(
      `WITH told AS (
         SELECT f.account_id, f.id, jsonb_object_agg(e.event, e.alert) FILTER (
                  WHERE coalesce((f.alerts -> e.event ->> 'at')::timestamptz <= (e.alert ->> 'at')::timestamptz, true)
                ) AS alerts
           FROM jsonb_to_recordset($1::jsonb) AS e (account_id uuid, flow_id text, event text, alert jsonb)
           JOIN whatsapp_flows f ON f.account_id = e.account_id AND f.flow_id = e.flow_id
          GROUP BY f.account_id, f.id)
       UPDATE whatsapp_flows f SET alerts = f.alerts || told.alerts, updated_at = now()
         FROM told WHERE told.alerts IS NOT NULL AND f.account_id = told.account_id AND f.id = told.id`,
      [JSON.stringify(rows)],
    );
  }
}

function flowKey({ owner, payload }: FlowEvent): string {
  return `${owner.accountId}:${payload.flowId}`;
}

function flowOrder({ account_id: account, flow_id: flow }: { account_id: string; flow_id: string }): string {
  return `${account}:${flow}`;
}

function severityOf({ payload }: FlowEvent): EventSeverity {
  if (payload.event === STATUS_CHANGE) {
    if (payload.newStatus === 'BLOCKED') return 'critical';
    return payload.newStatus === 'THROTTLED' ? 'warning' : 'info';
  }
  return textAt(payload.details, 'alert_state') === 'DEACTIVATED' ? 'info' : 'warning';
}

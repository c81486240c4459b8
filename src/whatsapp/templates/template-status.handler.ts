import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Outbox } from '../../domain-events/outbox';
import type { WhatsAppTemplateStatus } from '../../webhooks/whatsapp-account-events';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import type { TemplateStatusDetails } from '../entities/template.entity';
import { type OwnedEvent, newestByKey, ownedEvents } from '../newest-events';
import { type StatusChange, TemplateEventsRepository } from './template-events.repository';
import { type TouchedTemplate, templateUpdates } from './template-update.events';
import { isKnownEvent, languageCode, statusAfter } from './template-status';
import { TemplatesRepository, type WabaKey } from './templates.repository';

type Kind = 'whatsapp.template.status';

/** Meta's verdicts on templates: approved, rejected, paused, deleted … */
@Injectable()
export class TemplateStatusHandler implements WebhookHandler<Kind>, OnModuleInit {
  readonly kind = 'whatsapp.template.status';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: TemplateEventsRepository,
    private readonly templates: TemplatesRepository,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<Kind>[], tx: EntityManager): Promise<void> {
    const owned = ownedEvents(events);
    const verdicts = newestByKey(
      owned.flatMap((event) => changeOf(event) ?? []),
      ({ accountId, templateId }) => `${accountId}:${templateId}`,
    );
    const touched = await this.events.applyStatuses(tx, verdicts);
    const created = await this.createMissing(tx, missingFrom(verdicts, touched));
    await this.outbox.record(tx, templateUpdates([...touched, ...created.touched]));
    const untold = owned.filter(({ payload }) => !isKnownEvent(payload.status)).map(wabaOf);
    await this.templates.markStale(tx, [...untold, ...created.incomplete]);
  }

  /** One that is deleted, or about to be, and was never stored needs no row. */
  private async createMissing(
    tx: EntityManager,
    missing: readonly StatusChange[],
  ): Promise<{ touched: TouchedTemplate[]; incomplete: WabaKey[] }> {
    const wanted = missing.filter(({ status }) => status !== 'DELETED' && status !== 'PENDING_DELETION');
    const named = wanted.filter(({ name, language }) => name !== null && language !== null);
    const inserted = await this.events.insertSkeletons(tx, named);
    // Creation may have stored the row since we looked: then the verdict is for it.
    const late = await this.events.applyStatuses(tx, missingFrom(named, inserted));
    return {
      touched: [...inserted, ...late],
      // What is not in a webhook (components above all) comes with the next list.
      incomplete: wanted.map(({ accountId, waba }) => ({ accountId, id: waba })),
    };
  }
}

function changeOf(event: OwnedEvent<Kind>): StatusChange | null {
  const { payload, owner, occurredAt } = event;
  const status = statusAfter(payload.status);
  if (status === null) return null;
  return {
    accountId: owner.accountId,
    waba: owner.assetId,
    templateId: payload.templateId,
    occurredAt,
    status,
    rejectedReason: status === 'REJECTED' ? (payload.reason ?? null) : null,
    details: detailsOf(payload),
    category: payload.category ?? null,
    name: payload.name ?? null,
    language: payload.language === undefined ? null : languageCode(payload.language),
  };
}

function detailsOf({
  otherInfo,
  rejection,
  disableDate,
  reason,
  status,
}: WhatsAppTemplateStatus): TemplateStatusDetails | null {
  const description =
    otherInfo?.description ??
    rejection?.reason ??
    (status === 'REJECTED' ? undefined : (reason ?? undefined));
  const details: TemplateStatusDetails = {
    ...(otherInfo?.title === undefined ? {} : { title: otherInfo.title }),
    ...(description === undefined ? {} : { description }),
    ...(rejection?.recommendation === undefined ? {} : { recommendation: rejection.recommendation }),
    ...(disableDate === undefined ? {} : { disableDate }),
  };
  return Object.keys(details).length === 0 ? null : details;
}

function missingFrom(changes: readonly StatusChange[], touched: readonly TouchedTemplate[]): StatusChange[] {
  const stored = new Set(touched.map(({ accountId, templateId }) => `${accountId}:${templateId}`));
  return changes.filter(({ accountId, templateId }) => !stored.has(`${accountId}:${templateId}`));
}

function wabaOf({ owner }: OwnedEvent<Kind>): WabaKey {
  return { accountId: owner.accountId, id: owner.assetId };
}

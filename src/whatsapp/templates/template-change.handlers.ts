import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Outbox } from '../../domain-events/outbox';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import type { WhatsAppTemplateComponents } from '../../webhooks/whatsapp-account-events';
import type { TemplateComponent } from '../entities/template.entity';
import { type OwnedEvent, newestByKey, ownedEvents } from '../newest-events';
import { TemplateEventsRepository, type TemplateKey } from './template-events.repository';
import { type TouchedTemplate, templateUpdates } from './template-update.events';
import { TemplatesRepository } from './templates.repository';

type Kind = 'whatsapp.template.quality' | 'whatsapp.template.category' | 'whatsapp.template.components';

/** Templates that are not stored come with the next list, which has all that such a webhook tells. */
async function finish(
  tx: EntityManager,
  { outbox, templates }: { outbox: Outbox; templates: TemplatesRepository },
  keys: readonly TemplateKey[],
  touched: readonly TouchedTemplate[],
): Promise<void> {
  await outbox.record(tx, templateUpdates(touched));
  const stored = new Set(touched.map(({ accountId, templateId }) => `${accountId}:${templateId}`));
  const unknown = keys.filter(({ accountId, templateId }) => !stored.has(`${accountId}:${templateId}`));
  await templates.markStale(
    tx,
    unknown.map(({ accountId, waba }) => ({ accountId, id: waba })),
  );
}

function newest<K extends Kind>(events: readonly RoutedEvent<K>[]): OwnedEvent<K>[] {
  return newestByKey(ownedEvents(events), (event) => {
    const { templateId }: { templateId: string } = event.payload;
    return `${event.owner.accountId}:${templateId}`;
  });
}

function keyOf<K extends Kind>({ owner, payload, occurredAt }: OwnedEvent<K>): TemplateKey {
  const { templateId }: { templateId: string } = payload;
  return { accountId: owner.accountId, waba: owner.assetId, templateId, occurredAt };
}

/** How recipients take a template: green, yellow, red. Red is what precedes a pause. */
@Injectable()
export class TemplateQualityHandler implements WebhookHandler<'whatsapp.template.quality'>, OnModuleInit {
  readonly kind = 'whatsapp.template.quality';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: TemplateEventsRepository,
    private readonly templates: TemplatesRepository,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.template.quality'>[],
    tx: EntityManager,
  ): Promise<void> {
    const changes = newest(events).map((event) => ({ ...keyOf(event), score: event.payload.score }));
    await finish(
      tx,
      { outbox: this.outbox, templates: this.templates },
      changes,
      await this.events.applyQuality(tx, changes),
    );
  }
}

/** Meta moves a template to another category, or announces that it will. It changes prices, so it is always told. */
@Injectable()
export class TemplateCategoryHandler implements WebhookHandler<'whatsapp.template.category'>, OnModuleInit {
  readonly kind = 'whatsapp.template.category';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: TemplateEventsRepository,
    private readonly templates: TemplatesRepository,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.template.category'>[],
    tx: EntityManager,
  ): Promise<void> {
    const changes = newest(events).map((event) => {
      const { payload } = event;
      return {
        ...keyOf(event),
        category: payload.category,
        previousCategory: payload.phase === 'done' ? (payload.previousCategory ?? null) : null,
        correctCategory: payload.phase === 'announced' ? payload.nextCategory : null,
        effectiveAt: payload.phase === 'announced' ? (payload.effectiveAt ?? null) : null,
      };
    });
    await finish(
      tx,
      { outbox: this.outbox, templates: this.templates },
      changes,
      await this.events.applyCategories(tx, changes),
    );
  }
}

/** Somebody edited a template elsewhere, or Meta did. */
@Injectable()
export class TemplateComponentsHandler
  implements WebhookHandler<'whatsapp.template.components'>, OnModuleInit
{
  readonly kind = 'whatsapp.template.components';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: TemplateEventsRepository,
    private readonly templates: TemplatesRepository,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.template.components'>[],
    tx: EntityManager,
  ): Promise<void> {
    const edits = newest(events);
    const stored = await this.events.lockComponents(tx, edits.map(keyOf));
    const changes = edits.map((event) => {
      const before = stored.get(`${event.owner.accountId}:${event.payload.templateId}`) ?? [];
      return { ...keyOf(event), components: withTexts(before, event.payload) };
    });
    const touched = await this.events.applyComponents(tx, changes);
    await finish(tx, { outbox: this.outbox, templates: this.templates }, changes, touched);
    // The webhook has texts only; examples and everything else come with the next list.
    await this.templates.markStale(
      tx,
      touched
        .filter(({ isChanged }) => isChanged)
        .flatMap((template) => {
          const key = changes.find(({ templateId }) => templateId === template.templateId);
          return key === undefined ? [] : [{ accountId: key.accountId, id: key.waba }];
        }),
    );
  }
}

/** The stored components with the texts that the webhook has; what it does not speak of stays. */
export function withTexts(
  components: readonly TemplateComponent[],
  { header, body, footer, buttons }: WhatsAppTemplateComponents,
): TemplateComponent[] {
  let result = [...components];
  for (const [type, text] of [
    ['HEADER', header],
    ['BODY', body],
    ['FOOTER', footer],
  ] as const) {
    if (text === undefined) continue;
    const before = result.find((component) => component.type === type);
    const after: TemplateComponent = {
      ...(before ?? { type, ...(type === 'HEADER' ? { format: 'TEXT' } : {}) }),
      text,
    };
    result =
      before === undefined ? [...result, after] : result.map((part) => (part === before ? after : part));
  }
  if (buttons.length === 0) return result;
  const row: TemplateComponent = {
    type: 'BUTTONS',
    buttons: buttons.map(({ type, text, url, phoneNumber }) => ({
      ...(type === undefined ? {} : { type }),
      ...(text === undefined ? {} : { text }),
      ...(url === undefined ? {} : { url }),
      ...(phoneNumber === undefined ? {} : { phone_number: phoneNumber }),
    })),
  };
  return [...result.filter(({ type }) => type !== 'BUTTONS'), row];
}

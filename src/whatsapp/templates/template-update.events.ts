import type { DomainEvent } from '../../domain-events/domain-events';
import type { TouchedTemplate } from './template-events.repository';

/** What the product is told of templates that really changed; a repeated webhook tells nothing. */
export function templateUpdates(touched: readonly TouchedTemplate[]): DomainEvent<'template.updated'>[] {
  return touched
    .filter(({ isChanged }) => isChanged)
    .map(({ accountId, templateId, name, language, status }) => ({
      kind: 'template.updated',
      accountId,
      payload: { templateId, name, language, status },
    }));
}

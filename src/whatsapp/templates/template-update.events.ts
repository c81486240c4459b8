import type { DomainEvent, TemplateFacts } from '../../domain-events/domain-events';
import type { AccountId } from '../../database/ids';

/** A template that something was stored of, with what Meta had decided about it before and after. */
export interface TouchedTemplate {
  accountId: AccountId;
  id: string;
  /** Meta's id. */
  templateId: string;
  name: string;
  language: string;
  isChanged: boolean;
  /** null: it was not known. */
  previous: TemplateFacts | null;
  current: TemplateFacts;
}

/** A row as the statements return it that change templates. */
export interface TouchedRow {
  account_id: AccountId;
  id: string;
  template_id: string;
  name: string;
  language: string;
  changed: boolean;
  status: string;
  category: string;
  correct_category: string | null;
  quality_score: string | null;
  old_status: string | null;
  old_category: string | null;
  old_correct_category: string | null;
  old_quality_score: string | null;
}

export function touchedOf(row: TouchedRow): TouchedTemplate {
  return {
    accountId: row.account_id,
    id: row.id,
    templateId: row.template_id,
    name: row.name,
    language: row.language,
    isChanged: row.changed,
    previous:
      row.old_status === null
        ? null
        : {
            status: row.old_status,
            category: row.old_category ?? 'UNKNOWN',
            correctCategory: row.old_correct_category,
            qualityScore: row.old_quality_score,
          },
    current: {
      status: row.status,
      category: row.category,
      correctCategory: row.correct_category,
      qualityScore: row.quality_score,
    },
  };
}

const FACTS = ['status', 'category', 'correctCategory', 'qualityScore'] as const;

/** What the product is told of templates that really changed; a repeated webhook tells nothing. */
export function templateUpdates(touched: readonly TouchedTemplate[]): DomainEvent<'template.updated'>[] {
  return touched
    .filter(({ isChanged }) => isChanged)
    .map(({ accountId, id, templateId, name, language, previous, current }) => {
      const facts = FACTS.filter((fact) => previous?.[fact] !== current[fact]);
      return {
        kind: 'template.updated',
        accountId,
        payload: {
          templateId,
          name,
          language,
          status: current.status,
          id,
          // What changed and is none of the facts is what people read: the texts.
          changed: facts.length === 0 ? ['components'] : facts,
          previous,
          current,
        },
      };
    });
}

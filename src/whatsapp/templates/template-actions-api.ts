import { Injectable } from '@nestjs/common';
import { GraphClient } from '../../graph-client/graph-client';
import { isRecord, textAt } from '../meta-values';
import { GraphWritten, requireWritten } from '../whatsapp-api.responses';
import type { TemplateComponent } from '../entities/template.entity';

/** Meta says that it may take half a minute. */
const MIGRATION_TIMEOUT_MS = 40_000;

/** What Meta answers of one template that it took. */
export interface UpsertedTemplate {
  templateId: string;
  language: string | null;
  status: string;
}

export interface MigratedTemplates {
  /** Meta's ids in the WABA they went to. */
  migrated: string[];
  /** Meta's ids in the WABA they stayed in. */
  failed: { templateId: string; reason: string }[];
}

/** The rarer Graph endpoints of message templates. */
@Injectable()
export class TemplateActionsApi {
  constructor(private readonly graph: GraphClient) {}

  /** @returns why Meta refused, or null when it is done */
  async unpause(token: string, templateId: string): Promise<string | null> {
    const answer = await this.graph.callUnknown({
      method: 'POST',
      path: `/${encodeURIComponent(templateId)}/unpause`,
      token,
      retry: 'until-proven-accepted',
    });
    const isDone = isRecord(answer) && (answer.success === true || answer.success === 'true');
    return isDone ? null : (textAt(answer, 'reason') ?? 'Meta gave no reason.');
  }

  /**
   * Doubtful: the only client that is known to use these edges calls them at another host of Meta's, and Meta's reference does
   * not list them.
   */
  async setArchived(token: string, wabaId: string, templateId: string, isArchived: boolean): Promise<void> {
    const edge = isArchived ? 'archive' : 'unarchive';
    const answer = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(wabaId)}/message_templates/${edge}`,
      token,
      body: { hsm_ids: templateId },
      response: GraphWritten,
      retry: 'safe',
    });
    requireWritten(answer);
  }

  /** Makes or changes one authentication template in several languages. */
  async upsertAuthentication(
    token: string,
    wabaId: string,
    template: {
      name: string;
      languages: readonly string[];
      components: readonly TemplateComponent[];
      messageSendTtlSeconds?: number;
    },
  ): Promise<UpsertedTemplate[]> {
    const answer = await this.graph.callUnknown({
      method: 'POST',
      path: `/${encodeURIComponent(wabaId)}/upsert_message_templates`,
      token,
      body: {
        name: template.name,
        languages: template.languages,
        category: 'AUTHENTICATION',
        components: template.components,
        ...(template.messageSendTtlSeconds === undefined
          ? {}
          : { message_send_ttl_seconds: template.messageSendTtlSeconds }),
      },
      // The same again gives the same.
      retry: 'safe',
    });
    const list: unknown = isRecord(answer) ? answer.data : undefined;
    return (Array.isArray(list) ? list : []).flatMap((item: unknown) => {
      const templateId = textAt(item, 'id');
      if (templateId === undefined) return [];
      const [language, status] = [textAt(item, 'language'), textAt(item, 'status')];
      return [{ templateId, language: language ?? null, status: status ?? 'PENDING' }];
    });
  }

  /** Makes copies of the templates of another WABA of the same business. Only approved ones of good quality are taken. */
  async migrate(
    token: string,
    wabaId: string,
    source: { wabaId: string; templateIds?: readonly string[]; page?: number; count?: number },
  ): Promise<MigratedTemplates> {
    const answer = await this.graph.callUnknown({
      method: 'POST',
      path: `/${encodeURIComponent(wabaId)}/migrate_message_templates`,
      token,
      body: {
        source_waba_id: source.wabaId,
        ...(source.page === undefined ? {} : { page_number: source.page }),
        ...(source.count === undefined ? {} : { count: source.count }),
        ...(source.templateIds === undefined ? {} : { template_ids: source.templateIds }),
      },
      retry: 'until-proven-accepted',
      timeoutMs: MIGRATION_TIMEOUT_MS,
    });
    const { migrated_templates: migrated, failed_templates: failed } = isRecord(answer) ? answer : {};
    return {
      migrated: Array.isArray(migrated) ? migrated.map(String) : [],
      failed: isRecord(failed)
        ? Object.entries(failed).map(([templateId, reason]) => ({ templateId, reason: String(reason) }))
        : [],
    };
  }
}

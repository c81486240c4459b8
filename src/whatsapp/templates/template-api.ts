import { Injectable } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString, MinLength } from 'class-validator';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { GraphId } from '../../graph-client/graph-fields';
import type { TemplateComponent } from '../entities/template.entity';
import { withKnownFields } from '../accounts/field-fallback';
import { OptionalObject, OptionalText, isRecord, textAt } from '../meta-values';
import { GraphWritten, requireWritten } from '../whatsapp-api.responses';

const FIELDS = [
  'id',
  'name',
  'language',
  'status',
  'category',
  'previous_category',
  'correct_category',
  'parameter_format',
  'message_send_ttl_seconds',
  'quality_score',
  'rejected_reason',
  'components',
];
const PAGE_SIZE = 100;
const LIMIT_TIMEOUT_MS = 5_000;
/** Subcode for a name that the WABA has no template of: it is gone already. */
const NO_SUCH_TEMPLATE = 2593002;

class GraphTemplate {
  @GraphId() id!: string;
  @IsString() @MinLength(1) name!: string;
  @IsString() @MinLength(1) language!: string;
  @OptionalText() status?: string;
  @OptionalText() category?: string;
  @OptionalText() previous_category?: string;
  @OptionalText() correct_category?: string;
  @OptionalText() parameter_format?: string;
  @Transform(({ value }: { value: unknown }) => (Number.isSafeInteger(value) ? value : undefined))
  @IsOptional()
  @IsInt()
  message_send_ttl_seconds?: number;
  @OptionalObject() quality_score?: Record<string, unknown>;
  @OptionalText() rejected_reason?: string;
  // `obj`, because class-transformer has already copied `value` without what it has no class for.
  @Transform(({ obj }: { obj: unknown }) => (isRecord(obj) ? obj.components : undefined))
  @IsOptional()
  @IsArray()
  components?: unknown[];
}

class CreateTemplateAnswer {
  @GraphId() id!: string;
  @OptionalText() status?: string;
  @OptionalText() category?: string;
}

/** A template as Meta has it now. */
export interface FoundTemplate {
  templateId: string;
  name: string;
  language: string;
  status: string;
  /** Some old ones have none. */
  category: string;
  previousCategory: string | null;
  correctCategory: string | null;
  parameterFormat: string | null;
  messageSendTtlSeconds: number | null;
  qualityScore: string | null;
  rejectedReason: string | null;
  components: TemplateComponent[];
}

/** What is submitted for review. */
export interface TemplateDraft {
  name: string;
  language: string;
  category: string;
  components: TemplateComponent[];
  parameterFormat?: string;
  messageSendTtlSeconds?: number;
}

export interface AcceptedTemplate {
  templateId: string;
  status: string;
  /** Meta may have chosen another one than asked for. */
  category: string;
}

/** Fields left out stay; components are replaced as a whole. */
export interface TemplateEdit {
  category?: string;
  components?: TemplateComponent[];
  messageSendTtlSeconds?: number;
}

/** The Graph endpoints of message templates. */
@Injectable()
export class TemplateApi {
  constructor(private readonly graph: GraphClient) {}

  /**
   * All templates of a WABA, in every language and state, page by page.
   * @param only those whose name contains a text
   */
  async *pages(
    token: string,
    wabaId: string,
    only: { name?: string; timeoutMs?: number } = {},
  ): AsyncGenerator<FoundTemplate[], void, undefined> {
    const path = `/${encodeURIComponent(wabaId)}/message_templates`;
    const read = (fields: string | undefined): AsyncGenerator<GraphTemplate[], void, undefined> =>
      this.graph.pages({
        path,
        token,
        query: { fields, name: only.name },
        item: GraphTemplate,
        pageSize: PAGE_SIZE,
        ...(only.timeoutMs === undefined ? {} : { timeoutMs: only.timeoutMs }),
      });
    // Which fields there are shows on the first page; the rest follow with the same ones.
    const { pages, first } = await withKnownFields({ fields: FIELDS }, async (fields) => {
      const pages = read(fields);
      return { pages, first: await pages.next() };
    });
    if (first.done === true) return;
    yield first.value.map(foundOf);
    for await (const page of pages) yield page.map(foundOf);
  }

  async template(token: string, templateId: string): Promise<FoundTemplate> {
    const path = `/${encodeURIComponent(templateId)}`;
    return foundOf(
      await withKnownFields({ fields: FIELDS }, (fields) =>
        this.graph.call({ method: 'GET', path, token, query: { fields }, response: GraphTemplate }),
      ),
    );
  }

  async create(token: string, wabaId: string, draft: TemplateDraft): Promise<AcceptedTemplate> {
    const answer = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(wabaId)}/message_templates`,
      token,
      body: {
        name: draft.name,
        language: draft.language,
        category: draft.category,
        components: draft.components,
        ...(draft.parameterFormat === undefined ? {} : { parameter_format: draft.parameterFormat }),
        ...(draft.messageSendTtlSeconds === undefined
          ? {}
          : { message_send_ttl_seconds: draft.messageSendTtlSeconds }),
      },
      response: CreateTemplateAnswer,
      retry: 'until-proven-accepted',
    });
    return {
      templateId: answer.id,
      status: answer.status ?? 'PENDING',
      category: answer.category ?? draft.category,
    };
  }

  async edit(token: string, templateId: string, edit: TemplateEdit): Promise<void> {
    const answer = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(templateId)}`,
      token,
      body: {
        ...(edit.category === undefined ? {} : { category: edit.category }),
        ...(edit.components === undefined ? {} : { components: edit.components }),
        ...(edit.messageSendTtlSeconds === undefined
          ? {}
          : { message_send_ttl_seconds: edit.messageSendTtlSeconds }),
      },
      response: GraphWritten,
      // Edits are counted: one a day.
      retry: 'until-proven-accepted',
    });
    requireWritten(answer);
  }

  /**
   * Deletes one language only with `templateId`, and all languages of the name without.
   * @returns false when Meta had it no more
   */
  async remove(
    token: string,
    wabaId: string,
    { templateId, name }: { templateId?: string; name: string },
  ): Promise<boolean> {
    try {
      const answer = await this.graph.call({
        method: 'DELETE',
        path: `/${encodeURIComponent(wabaId)}/message_templates`,
        token,
        query: { hsm_id: templateId, name },
        response: GraphWritten,
        retry: 'safe',
      });
      requireWritten(answer);
      return true;
    } catch (error) {
      if (error instanceof GraphRejectedError && error.meta?.subcode === NO_SUCH_TEMPLATE) return false;
      throw error;
    }
  }

  /** How many names a WABA has templates of, and how many it may have; null where Meta does not tell. */
  async limit(token: string, wabaId: string): Promise<{ count: number; limit: number } | null> {
    const answer = await this.graph.callUnknown({
      method: 'GET',
      path: `/${encodeURIComponent(wabaId)}/message_templates`,
      token,
      query: { fields: 'id', limit: 1, summary: 'message_template_count,message_template_limit' },
      timeoutMs: LIMIT_TIMEOUT_MS,
    });
    const summary = isRecord(answer) && isRecord(answer.summary) ? answer.summary : {};
    const [count, limit] = [
      Number(summary.message_template_count ?? NaN),
      Number(summary.message_template_limit ?? NaN),
    ];
    return Number.isFinite(count) && Number.isFinite(limit) ? { count, limit } : null;
  }
}

function foundOf(answer: GraphTemplate): FoundTemplate {
  const reason = answer.rejected_reason;
  return {
    templateId: answer.id,
    name: answer.name,
    language: answer.language,
    status: answer.status ?? 'PENDING',
    category: answer.category ?? 'UNKNOWN',
    previousCategory: answer.previous_category ?? null,
    // Meta fills it in for all; only one that differs announces something.
    correctCategory: answer.correct_category === answer.category ? null : (answer.correct_category ?? null),
    parameterFormat: answer.parameter_format ?? null,
    messageSendTtlSeconds: answer.message_send_ttl_seconds ?? null,
    qualityScore: textAt(answer.quality_score, 'score') ?? null,
    rejectedReason: reason === undefined || reason === 'NONE' ? null : reason,
    components: (answer.components ?? []).filter(isRecord),
  };
}

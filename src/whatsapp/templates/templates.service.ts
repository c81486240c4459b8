import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { ConflictError, NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { provesNotAccepted } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsService } from '../accounts/accounts.service';
import type { TemplateEntity } from '../entities/template.entity';
import { type AcceptedTemplate, TemplateApi, type TemplateDraft, type TemplateEdit } from './template-api';
import { TemplateInvalidError } from './template-invalid.error';
import { checkTemplate } from './template-rules';
import { EDITABLE_STATUSES } from './template-status';
import { type Freshness, TemplateSyncService } from './template-sync.service';
import { type TemplateFilter, TemplatesRepository, type WabaKey } from './templates.repository';

export interface TemplatePage extends Freshness {
  templates: TemplateEntity[];
  total: number;
}

/** Our ids of what was submitted, with Meta's answer. */
export interface CreatedTemplate extends AcceptedTemplate {
  id: string;
  createdAt: Date;
}

/** What a caller asks to change. Name and language may only repeat what they are. */
export interface TemplateChange extends TemplateEdit {
  name?: string;
  language?: string;
}

@Injectable()
export class TemplatesService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly templates: TemplatesRepository,
    private readonly syncs: TemplateSyncService,
    private readonly tokens: MetaTokenService,
    private readonly api: TemplateApi,
  ) {}

  async list(
    accountId: AccountId,
    wabaId: string | undefined,
    filter: TemplateFilter,
    page: { limit: number; offset: number; refresh: boolean },
  ): Promise<TemplatePage> {
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    const freshness = await this.syncs.ensureFresh(waba, page.refresh);
    const [templates, total] = await this.templates.list(waba, filter, page);
    return { templates, total, ...freshness };
  }

  /** @param accountIds those that the user may use */
  async get(accountIds: readonly AccountId[], id: string): Promise<TemplateEntity> {
    return (await this.getOwned(accountIds, id)).template;
  }

  /**
   * Submits a template for review.
   * @throws TemplateInvalidError before any call, naming every rule it breaks
   */
  async create(
    accountId: AccountId,
    wabaId: string | undefined,
    draft: TemplateDraft,
  ): Promise<CreatedTemplate> {
    requireValid(draft);
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    const askedAt = await this.templates.now();
    const accepted = await this.markingStale(waba, () =>
      this.tokens.withToken(accountId, (token) => this.api.create(token, waba.wabaId, draft)),
    );
    // Dying here loses nothing: the next sync finds the template at Meta.
    const { id, createdAt } = await this.templates.recordCreated(waba, draft, accepted, askedAt);
    return { id, createdAt, ...accepted };
  }

  /**
   * Replaces a template's components and has it reviewed again.
   * @throws ConflictError in a state in which Meta takes no edits
   */
  async update(accountIds: readonly AccountId[], id: string, change: TemplateChange): Promise<void> {
    const owned = await this.getOwned(accountIds, id);
    refuseRenaming(owned.template, change);
    const template = await this.inEditableState(owned.template);
    const edit = editOf(template, change);
    requireValid({
      category: edit.category ?? template.category,
      components: edit.components ?? template.components,
      ...(template.parameterFormat === null ? {} : { parameterFormat: template.parameterFormat }),
      ...(edit.messageSendTtlSeconds === undefined
        ? {}
        : { messageSendTtlSeconds: edit.messageSendTtlSeconds }),
    });
    const askedAt = await this.templates.now();
    await this.markingStale(owned.waba, () =>
      this.tokens.withToken(template.accountId, (token) => this.api.edit(token, template.templateId, edit)),
    );
    await this.templates.recordEdited(template, edit, askedAt);
  }

  /** @throws ConflictError for a disabled one, which Meta keeps */
  async remove(accountIds: readonly AccountId[], id: string): Promise<void> {
    const { template, waba, wabaId } = await this.getOwned(accountIds, id);
    if (template.status === 'DISABLED')
      throw new ConflictError('Meta does not let a disabled template be deleted.', {
        status: template.status,
      });
    await this.markingStale(waba, () =>
      this.tokens.withToken(template.accountId, (token) => this.api.remove(token, wabaId, template)),
    );
    await this.templates.recordDeleted(template);
  }

  private async getOwned(
    accountIds: readonly AccountId[],
    id: string,
  ): Promise<{ template: TemplateEntity; waba: WabaKey; wabaId: string }> {
    const template = await this.templates.find(accountIds, id);
    const wabaId = template === null ? null : await this.templates.wabaIdOf(template);
    if (template === null || wabaId === null) throw new NotFoundError('There is no such template.');
    return { template, waba: { accountId: template.accountId, id: template.wabaId }, wabaId };
  }

  /** Before saying no, Meta is asked: the webhook with the verdict may be late or lost. */
  private async inEditableState(template: TemplateEntity): Promise<TemplateEntity> {
    if (EDITABLE_STATUSES.includes(template.status)) return template;
    const found = await this.tokens.withToken(template.accountId, (token) =>
      this.api.template(token, template.templateId),
    );
    await this.templates.refresh(template, found);
    if (EDITABLE_STATUSES.includes(found.status))
      return Object.assign(template, { status: found.status, category: found.category });
    throw new ConflictError(
      `Meta takes edits of templates that are ${EDITABLE_STATUSES.join(', ')}; this one is ${found.status}.`,
      { status: found.status },
    );
  }

  /** A call that broke off may have been carried out: then only Meta's list knows, and is read at the next chance. */
  private async markingStale<T>(waba: WabaKey, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!provesNotAccepted(error)) await this.templates.markStale(null, [waba]);
      throw error;
    }
  }
}

function requireValid(template: Parameters<typeof checkTemplate>[0]): void {
  const problems = checkTemplate(template);
  if (problems.length > 0) throw new TemplateInvalidError(problems);
}

function refuseRenaming(template: TemplateEntity, { name, language }: TemplateChange): void {
  if (name !== undefined && name !== template.name)
    throw ValidationFailedError.of(
      'name',
      'immutable',
      `The name stays ${template.name}: create another template.`,
    );
  if (language !== undefined && language !== template.language)
    throw ValidationFailedError.of(
      'language',
      'immutable',
      `The language stays ${template.language}: create another template.`,
    );
}

/** Leaves out what stays as it is: Meta refuses a category for an approved template even if it is the same. */
function editOf(
  template: TemplateEntity,
  { category, components, messageSendTtlSeconds }: TemplateChange,
): TemplateEdit {
  const isMoved = category !== undefined && category !== template.category;
  if (isMoved && template.status === 'APPROVED') {
    throw new TemplateInvalidError([
      {
        path: 'category',
        rule: 'category.fixed_when_approved',
        message: `The category of an approved template stays ${template.category}.`,
      },
    ]);
  }
  return {
    ...(isMoved ? { category } : {}),
    ...(components === undefined ? {} : { components }),
    ...(messageSendTtlSeconds === undefined ? {} : { messageSendTtlSeconds }),
  };
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { isDeepStrictEqual } from 'node:util';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { ConflictError, ValidationFailedError } from '../../errors/app.error';
import { GraphError, provesNotAccepted } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { TemplateComponent, TemplateEntity } from '../entities/template.entity';
import { textAt } from '../meta-values';
import { type FoundTemplate, TemplateApi, type TemplateEdit } from './template-api';
import { requireValid } from './template-creation.service';
import { TemplateEditsRepository } from './template-edits.repository';
import { TemplateInvalidError } from './template-invalid.error';
import type { TemplateFinding } from './template-rule-catalogue';
import { TemplateSamples } from './template-samples.service';
import { EDITABLE_STATUSES } from './template-status';
import { TemplateWritesRepository } from './template-writes.repository';
import { TemplatesRepository } from './templates.repository';
import { type OwnedTemplate, TemplatesService } from './templates.service';

/** What a caller asks to change. Name and language may only repeat what they are. */
export interface TemplateChange extends TemplateEdit {
  name?: string;
  language?: string;
}

/** Edits templates under Meta's rules. */
@Injectable()
export class TemplateEditing {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly owned: TemplatesService,
    private readonly templates: TemplatesRepository,
    private readonly edits: TemplateEditsRepository,
    private readonly writes: TemplateWritesRepository,
    private readonly samples: TemplateSamples,
    private readonly tokens: MetaTokenService,
    private readonly api: TemplateApi,
  ) {}

  /**
   * Replaces a template's components and has it reviewed again.
   * @param id our id, or Meta's
   * @throws ConflictError in a state in which Meta takes no edits
   * @throws TemplateInvalidError naming every rule that the template would break
   * @throws TemplateLimitError when an approved template was edited too often
   */
  async update(
    accountIds: readonly AccountId[],
    id: string,
    change: TemplateChange,
  ): Promise<{ id: string; findings: TemplateFinding[] }> {
    const found = await this.owned.get(accountIds, id);
    refuseRenaming(found.template, change);
    const template = await this.inEditableState(found.template);
    const edit = editOf(template, change);
    const findings = requireValid({
      language: template.language,
      category: edit.category ?? template.category,
      components: edit.components ?? template.components,
      ...(template.parameterFormat === null ? {} : { parameterFormat: template.parameterFormat }),
      ...(edit.messageSendTtlSeconds === undefined
        ? {}
        : { messageSendTtlSeconds: edit.messageSendTtlSeconds }),
    });
    const { components } = edit;
    await this.submit(
      { ...found, template },
      components === undefined
        ? edit
        : { ...edit, components: await this.samples.fillIn(template.accountId, components) },
    );
    return { id: template.id, findings };
  }

  /** An edit of an approved template counts from before the call until it is known that Meta did not take it. */
  private async submit({ template, waba }: OwnedTemplate, edit: TemplateEdit): Promise<void> {
    const editId = template.status === 'APPROVED' ? await this.edits.begin(template) : null;
    const askedAt = await this.templates.now();
    try {
      await this.tokens.withToken(template.accountId, (token) =>
        this.api.edit(token, template.templateId, edit),
      );
    } catch (error) {
      const isTaken =
        provesNotAccepted(error) || !(error instanceof GraphError)
          ? false
          : await this.wasTaken(template, edit);
      if (isTaken === false && editId !== null) await this.edits.forget(template, editId);
      if (isTaken !== true) {
        if (!provesNotAccepted(error)) await this.templates.markStale(null, [waba]);
        throw error;
      }
    }
    await this.database.transaction((tx) => this.writes.recordEdited(tx, template, edit, askedAt));
  }

  /** Whether Meta has carried out an edit whose answer was lost; null when that cannot be told. */
  private async wasTaken(template: TemplateEntity, edit: TemplateEdit): Promise<boolean | null> {
    try {
      const found = await this.read(template);
      if (edit.components === undefined) return found.status === 'PENDING' ? true : null;
      if (hasTextsOf(found.components, edit.components) && !hasTextsOf(template.components, edit.components))
        return true;
      // Still as it was: what is under way may yet arrive, so the edit goes on counting.
      return found.status === 'PENDING' && template.status !== 'PENDING' ? true : null;
    } catch (error) {
      if (error instanceof GraphError) return null;
      throw error;
    }
  }

  /** Before saying no, Meta is asked: the webhook with the verdict may be late or lost. */
  private async inEditableState(template: TemplateEntity): Promise<TemplateEntity> {
    if (EDITABLE_STATUSES.includes(template.status)) return template;
    const askedAt = await this.templates.now();
    const found = await this.read(template);
    await this.database.transaction((tx) => this.writes.refresh(tx, template, found, askedAt));
    if (EDITABLE_STATUSES.includes(found.status))
      return Object.assign(template, { status: found.status, category: found.category });
    throw new ConflictError(
      `Meta takes edits of templates that are ${EDITABLE_STATUSES.join(', ')}; this one is ${found.status}.`,
      { status: found.status },
    );
  }

  private async read({ accountId, templateId }: TemplateEntity): Promise<FoundTemplate> {
    return this.tokens.withToken(accountId, (token) => this.api.template(token, templateId));
  }
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

/** Examples come back from Meta as other addresses; the texts do not change. */
function hasTextsOf(components: readonly TemplateComponent[], wanted: readonly TemplateComponent[]): boolean {
  const textsOf = (list: readonly TemplateComponent[]): (string | undefined)[][] =>
    list.map((component) => [textAt(component, 'type')?.toUpperCase(), textAt(component, 'text')]);
  return isDeepStrictEqual(textsOf(components), textsOf(wanted));
}

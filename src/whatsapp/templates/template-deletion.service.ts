import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import { provesNotAccepted } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsService } from '../accounts/accounts.service';
import type { TemplateEntity } from '../entities/template.entity';
import { TemplateApi } from './template-api';
import { TemplateNamesRepository } from './template-names.repository';
import { TemplateWritesRepository } from './template-writes.repository';
import { TemplatesRepository, type WabaRef } from './templates.repository';

/** A template has been approved before it gets into one of these. */
const ONCE_APPROVED: readonly string[] = ['APPROVED', 'PAUSED', 'DISABLED', 'ARCHIVED'];

export interface DeletedTemplates {
  name: string;
  deleted: TemplateEntity[];
  /** Until when Meta does not take the name again; null while other languages of it are left. */
  blockedUntil: Date | null;
}

/** Deletes templates at Meta; here they stay as deleted rows. */
@Injectable()
export class TemplateDeletion {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly accounts: AccountsService,
    private readonly templates: TemplatesRepository,
    private readonly names: TemplateNamesRepository,
    private readonly writes: TemplateWritesRepository,
    private readonly tokens: MetaTokenService,
    private readonly api: TemplateApi,
  ) {}

  /**
   * In one language. Doing it again changes nothing and is no error.
   * @param id our id, or Meta's
   * @throws ConflictError for a disabled one, which Meta keeps
   */
  async remove(accountIds: readonly AccountId[], id: string): Promise<DeletedTemplates> {
    const found = await this.templates.find(accountIds, id, true);
    if (found === null) throw new NotFoundError('There is no such template.');
    const { template, waba } = found;
    if (template.deletedAt !== null) {
      const blocked = await this.names.find(waba, template.name);
      return { name: template.name, deleted: [template], blockedUntil: blocked?.until ?? null };
    }
    refuseDisabled([template]);
    await this.call(waba, template);
    const blockedUntil = await this.record(waba, template.name, [template]);
    return { name: template.name, deleted: [template], blockedUntil };
  }

  /**
   * In all languages.
   * @throws ConflictError when one of them is disabled
   * @throws NotFoundError when neither Meta nor we know the name
   */
  async removeName(
    accountId: AccountId,
    wabaId: string | undefined,
    name: string,
  ): Promise<DeletedTemplates> {
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    const deleted = await this.templates.named(waba, name);
    refuseDisabled(deleted);
    const wasThere = await this.call(waba, { name });
    if (!wasThere && deleted.length === 0) throw new NotFoundError(`No template is called ${name}.`);
    return { name, deleted, blockedUntil: await this.record(waba, name, deleted) };
  }

  /** Dying after it loses nothing: the next list shows that they are gone. */
  private async call(waba: WabaRef, which: { templateId?: string; name: string }): Promise<boolean> {
    try {
      return await this.tokens.withToken(waba.accountId, (token) =>
        this.api.remove(token, waba.wabaId, {
          name: which.name,
          ...(which.templateId === undefined ? {} : { templateId: which.templateId }),
        }),
      );
    } catch (error) {
      // A call that broke off may have been carried out: then only Meta's list knows, and is read at the next chance.
      if (!provesNotAccepted(error)) await this.templates.markStale(null, [waba]);
      throw error;
    }
  }

  private async record(
    waba: WabaRef,
    name: string,
    deleted: readonly TemplateEntity[],
  ): Promise<Date | null> {
    const ids = new Set(deleted.map(({ id }) => id));
    const left = (await this.templates.named(waba, name)).filter(({ id }) => !ids.has(id));
    const wasApproved = deleted.some(({ status }) => ONCE_APPROVED.includes(status));
    return this.database.transaction(async (tx) => {
      await this.writes.recordDeleted(tx, deleted);
      return left.length === 0 ? this.names.block(tx, waba, name, wasApproved) : null;
    });
  }
}

function refuseDisabled(templates: readonly TemplateEntity[]): void {
  const disabled = templates.filter(({ status }) => status === 'DISABLED');
  if (disabled.length === 0) return;
  throw new ConflictError('Meta does not let a disabled template be deleted.', {
    status: 'DISABLED',
    languages: disabled.map(({ language }) => language),
  });
}

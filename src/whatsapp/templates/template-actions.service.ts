import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { ConflictError, ValidationFailedError } from '../../errors/app.error';
import { GraphError, provesNotAccepted } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsService } from '../accounts/accounts.service';
import type { TemplateComponent, TemplateEntity } from '../entities/template.entity';
import { type MigratedTemplates, TemplateActionsApi } from './template-actions-api';
import { TemplateApi } from './template-api';
import { requireValid } from './template-creation.service';
import { TemplateSyncService } from './template-sync.service';
import { TemplateWritesRepository } from './template-writes.repository';
import { TemplatesRepository, type WabaRef } from './templates.repository';
import { type OwnedTemplate, TemplatesService } from './templates.service';

export interface AuthenticationTemplates {
  name: string;
  languages: readonly string[];
  components: readonly TemplateComponent[];
  messageSendTtlSeconds?: number;
}

/** What can be done with templates besides making, changing and deleting them. */
@Injectable()
export class TemplateActions {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly owned: TemplatesService,
    private readonly accounts: AccountsService,
    private readonly templates: TemplatesRepository,
    private readonly writes: TemplateWritesRepository,
    private readonly syncs: TemplateSyncService,
    private readonly tokens: MetaTokenService,
    private readonly api: TemplateActionsApi,
    private readonly templateApi: TemplateApi,
  ) {}

  /** Ends a pause. @throws ConflictError with Meta's reason when it refuses */
  async unpause(accountIds: readonly AccountId[], id: string): Promise<TemplateEntity> {
    return this.change(await this.owned.get(accountIds, id), async (token, { template }) => {
      const refusal = await this.api.unpause(token, template.templateId);
      if (refusal !== null)
        throw new ConflictError(`Meta does not end the pause: ${refusal}`, { reason: refusal });
    });
  }

  async setArchived(
    accountIds: readonly AccountId[],
    id: string,
    isArchived: boolean,
  ): Promise<TemplateEntity> {
    return this.change(await this.owned.get(accountIds, id), (token, { template, waba }) =>
      this.api.setArchived(token, waba.wabaId, template.templateId, isArchived),
    );
  }

  /** Makes or changes an authentication template in many languages. @returns all languages that it has */
  async upsertAuthentication(
    accountId: AccountId,
    wabaId: string | undefined,
    template: AuthenticationTemplates,
  ): Promise<TemplateEntity[]> {
    requireValid({ ...template, category: 'AUTHENTICATION' });
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    await this.markingStale(waba, () =>
      this.tokens.withToken(accountId, (token) =>
        this.api.upsertAuthentication(token, waba.wabaId, template),
      ),
    );
    try {
      await this.syncs.readName(waba, template.name);
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      // It is done; what is stored follows with the next list.
      await this.templates.markStale(null, [waba]);
    }
    return this.templates.named(waba, template.name);
  }

  /** Copies templates of another WABA of the same business to this one. */
  async migrate(
    accountId: AccountId,
    wabaId: string | undefined,
    source: Parameters<TemplateActionsApi['migrate']>[2],
  ): Promise<MigratedTemplates> {
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    if (waba.wabaId === source.wabaId)
      throw ValidationFailedError.of('sourceWabaId', 'otherAccount', 'Name another account to copy from.');
    const result = await this.markingStale(waba, () =>
      this.tokens.withToken(accountId, (token) => this.api.migrate(token, waba.wabaId, source)),
    );
    // What has come shows in the next list.
    await this.templates.markStale(null, [waba]);
    return result;
  }

  /** Runs a call that changes a template's status, and stores what Meta has of it afterwards. */
  private async change(
    owned: OwnedTemplate,
    call: (token: string, owned: OwnedTemplate) => Promise<void>,
  ): Promise<TemplateEntity> {
    const { template, waba } = owned;
    await this.markingStale(waba, () =>
      this.tokens.withToken(template.accountId, (token) => call(token, owned)),
    );
    try {
      const askedAt = await this.templates.now();
      const found = await this.tokens.withToken(template.accountId, (token) =>
        this.templateApi.template(token, template.templateId),
      );
      await this.database.transaction((tx) => this.writes.refresh(tx, template, found, askedAt));
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      await this.templates.markStale(null, [waba]);
    }
    return (await this.owned.get([template.accountId], template.id)).template;
  }

  /** A call that broke off may have been carried out: then only Meta's list knows, and is read at the next chance. */
  private async markingStale<T>(waba: WabaRef, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof GraphError && !provesNotAccepted(error))
        await this.templates.markStale(null, [waba]);
      throw error;
    }
  }
}

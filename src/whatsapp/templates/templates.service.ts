import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import { AccountsService } from '../accounts/accounts.service';
import type { TemplateEntity } from '../entities/template.entity';
import { type Freshness, TemplateSyncService } from './template-sync.service';
import { type TemplateFilter, TemplatesRepository, type WabaRef } from './templates.repository';

export interface TemplatePage extends Freshness {
  templates: TemplateEntity[];
  total: number;
}

/** A template with the WABA that holds it. */
export interface OwnedTemplate {
  template: TemplateEntity;
  waba: WabaRef;
}

/** Reading what is stored. */
@Injectable()
export class TemplatesService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly templates: TemplatesRepository,
    private readonly syncs: TemplateSyncService,
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

  /**
   * @param accountIds those that the user may use
   * @param id our id, or Meta's
   * @throws NotFoundError also for a template of somebody else
   */
  async get(accountIds: readonly AccountId[], id: string): Promise<OwnedTemplate> {
    const found = await this.templates.find(accountIds, id);
    if (found === null) throw new NotFoundError('There is no such template.');
    return found;
  }
}

import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { ConflictError, ValidationFailedError } from '../../errors/app.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsService } from '../accounts/accounts.service';
import { MetaPullsRepository } from '../meta-figures/meta-pulls.repository';
import { type ComparedTemplate, type TemplateDay, TemplateInsightsApi } from './template-insights-api';
import { type OwnedTemplate, TemplatesService } from './templates.service';

const DAY_MS = 24 * 60 * 60_000;
/** Meta's look-back, and the longest time that one question may be about. */
const MOST_DAYS = 90;
const USUAL_DAYS = 30;

export interface TemplateFigures extends OwnedTemplate {
  days: TemplateDay[];
}

export interface Period {
  start: Date;
  end: Date;
}

/** Meta's figures about templates, asked for when somebody wants them. */
@Injectable()
export class TemplateInsights {
  constructor(
    private readonly owned: TemplatesService,
    private readonly accounts: AccountsService,
    private readonly tokens: MetaTokenService,
    private readonly api: TemplateInsightsApi,
    private readonly pulls: MetaPullsRepository,
  ) {}

  /**
   * @param ids ours or Meta's, of one WABA, 10 at most
   * @throws ConflictError while insights are not switched on
   */
  async figures(
    accountIds: readonly AccountId[],
    ids: readonly string[],
    asked: { start?: Date | undefined; end?: Date | undefined },
  ): Promise<{ period: Period; templates: TemplateFigures[] }> {
    const period = periodOf(asked);
    const owned: OwnedTemplate[] = [];
    for (const id of new Set(ids)) owned.push(await this.owned.get(accountIds, id));
    const [first] = owned;
    if (first === undefined) return { period, templates: [] };
    if (owned.some(({ waba }) => waba.wabaId !== first.waba.wabaId))
      throw ValidationFailedError.of(
        'ids',
        'oneAccount',
        'Name templates of one WhatsApp Business Account: Meta counts each by itself.',
      );
    const days = await this.tokens.withToken(first.waba.accountId, (token) =>
      this.api.days(token, first.waba.wabaId, {
        ...period,
        templateIds: owned.map(({ template }) => template.templateId),
      }),
    );
    if (days === null)
      throw new ConflictError(
        'Template insights are not switched on for this WhatsApp Business Account: POST /api/meta/whatsapp/templates/analytics/enable.',
        { reason: 'insights_disabled', wabaId: first.waba.wabaId },
      );
    return {
      period,
      templates: owned.map((each) => ({
        ...each,
        days: days
          .filter(({ templateId }) => templateId === each.template.templateId)
          .sort((a, b) => a.start.getTime() - b.start.getTime()),
      })),
    };
  }

  /** Meta does not take it back. @returns Meta's id of the WABA */
  async switchOn(accountId: AccountId, wabaId: string | undefined): Promise<string> {
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    await this.tokens.withToken(accountId, (token) => this.api.switchOn(token, waba.wabaId));
    // Dying before this line costs hours only: it is tried again by itself.
    await this.pulls.wakeTemplates(accountId, waba.id);
    return waba.wabaId;
  }

  /** @param days 7, 30, 60 or 90 */
  async compare(
    accountIds: readonly AccountId[],
    id: string,
    otherId: string,
    days: number,
  ): Promise<{ period: Period; templates: (OwnedTemplate & { figures: ComparedTemplate })[] }> {
    const one = await this.owned.get(accountIds, id);
    const other = await this.owned.get(accountIds, otherId);
    if (one.waba.wabaId !== other.waba.wabaId || one.template.id === other.template.id)
      throw ValidationFailedError.of(
        'with',
        'otherTemplate',
        'Name another template of the same WhatsApp Business Account.',
      );
    const end = new Date();
    const period = { start: new Date(end.getTime() - days * DAY_MS), end };
    const figures = await this.tokens.withToken(one.waba.accountId, (token) =>
      this.api.compare(token, one.template.templateId, other.template.templateId, period),
    );
    return {
      period,
      templates: [one, other].flatMap((each) => {
        const mine = figures.find(({ templateId }) => templateId === each.template.templateId);
        return mine === undefined ? [] : [{ ...each, figures: mine }];
      }),
    };
  }
}

function periodOf({ start, end = new Date() }: { start?: Date | undefined; end?: Date | undefined }): Period {
  const from = start ?? new Date(end.getTime() - USUAL_DAYS * DAY_MS);
  if (from >= end) throw ValidationFailedError.of('start', 'beforeEnd', 'start must be before end.');
  // Meta counts whole days: the one that began 90 days ago is still told.
  if (from.getTime() < Date.now() - (MOST_DAYS + 1) * DAY_MS)
    throw ValidationFailedError.of('start', 'lookBack', `Meta tells of the last ${MOST_DAYS} days only.`);
  return { start: from, end };
}

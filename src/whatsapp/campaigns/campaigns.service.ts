import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { instanceToPlain } from 'class-transformer';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import { AppError, ConflictError, NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { IdempotencyKeys, requestDigest } from '../../http/idempotency-key';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { AccountsService } from '../accounts/accounts.service';
import type { CampaignTemplateDto, CreateCampaignDto, UpdateCampaignDto } from '../dto/campaign-write.dto';
import type { CampaignState } from '../entities/campaign.entity';
import { changedMeanwhile } from './campaign-control.service';
import { DELETABLE_STATES, OPEN_STATES } from './campaign-states';
import { CampaignTemplates, type GivenTemplate } from './campaign-templates';
import { type CampaignDraft, type CampaignView, CampaignsRepository } from './campaigns.repository';

export const CAMPAIGNS_ROUTE = '/api/meta/whatsapp/campaigns';
const LONGEST_AHEAD_MS = 366 * 86_400_000;

/** Makes, shows, changes and removes campaigns. */
@Injectable()
export class CampaignsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly scope: AccountScope,
    private readonly accounts: AccountsService,
    private readonly campaigns: CampaignsRepository,
    private readonly templates: CampaignTemplates,
    private readonly idempotency: IdempotencyKeys,
  ) {}

  /** @param key the caller's Idempotency-Key */
  async create(
    user: AuthenticatedUser,
    dto: CreateCampaignDto,
    key: string | undefined,
  ): Promise<CampaignView> {
    const accountId = await this.scope.resolve(user, dto);
    // A repeated request gets the first one's answer although its time has passed since or the template has changed:
    // what stands against it counts only where something would be made.
    const prepared = await this.newDraft(accountId, dto).catch((error: unknown) => {
      if (key !== undefined && error instanceof AppError) return error;
      throw error;
    });
    const digest = requestDigest('POST', CAMPAIGNS_ROUTE, instanceToPlain(dto));
    const { id } = await repeatLostRaces(() =>
      this.database.transaction((tx) =>
        this.idempotency.replayOr(tx, { accountId, key, digest }, async () => {
          if (prepared instanceof AppError) throw prepared;
          return { id: await this.campaigns.insert(tx, accountId, { ...prepared, createdBy: user.id }) };
        }),
      ),
    );
    return this.get(user, id);
  }

  /** @throws NotFoundError */
  async get(user: AuthenticatedUser, id: string): Promise<CampaignView> {
    const view = await this.campaigns.find(await this.scope.accountIdsOf(user), id);
    if (view === null) throw new NotFoundError('There is no such campaign.');
    return view;
  }

  /** Newest first. */
  async page(
    user: AuthenticatedUser,
    filter: { accountId?: string; state?: CampaignState; limit: number; before?: string; after?: string },
  ): Promise<CampaignView[]> {
    const { accountId, ...rest } = filter;
    const accountIds =
      accountId === undefined
        ? await this.scope.accountIdsOf(user)
        : [await this.scope.resolve(user, { accountId })];
    return this.campaigns.page(accountIds, rest);
  }

  /** @throws ConflictError once it has been started; for a new template or number also once it has recipients */
  async update(user: AuthenticatedUser, id: string, dto: UpdateCampaignDto): Promise<CampaignView> {
    const { campaign, progress } = await this.get(user, id);
    if (!OPEN_STATES.includes(campaign.state))
      throw new ConflictError('The campaign has been started: it cannot be changed any more.', {
        state: campaign.state,
      });
    const isOther = dto.template !== undefined || dto.phoneNumberId !== undefined;
    if (isOther && progress.total > 0)
      throw new ConflictError(
        'The recipients were checked against this template: make another campaign for another one, or another number.',
      );
    const scheduledAt =
      dto.scheduledAt === undefined
        ? campaign.scheduledAt
        : dto.scheduledAt === null
          ? null
          : instantOf(dto.scheduledAt);
    const draft: CampaignDraft = isOther
      ? await this.otherDraft(campaign, dto)
      : {
          name: dto.name ?? campaign.name,
          assetId: campaign.assetId,
          wabaId: campaign.wabaId,
          templateName: campaign.templateName,
          templateLanguage: campaign.templateLanguage,
          components: campaign.components,
          defaults: campaign.defaults,
        };
    const isChanged = await this.campaigns.change(campaign, campaign.version, OPEN_STATES, {
      ...draft,
      scheduledAt,
      state: scheduledAt === null ? 'draft' : 'scheduled',
    });
    if (!isChanged) throw changedMeanwhile();
    return this.get(user, id);
  }

  /** @throws ConflictError while something of it may still go out */
  async remove(user: AuthenticatedUser, id: string): Promise<void> {
    const { campaign } = await this.get(user, id);
    if (!(await this.campaigns.remove(campaign, DELETABLE_STATES)))
      throw new ConflictError('The campaign is under way. Cancel it first.', { state: campaign.state });
  }

  private async newDraft(
    accountId: AccountId,
    dto: CreateCampaignDto,
  ): Promise<CampaignDraft & { scheduledAt: Date | null }> {
    const scheduledAt = dto.scheduledAt === undefined ? null : instantOf(dto.scheduledAt);
    const { waba, number } = await this.accounts.chooseNumber(accountId, dto);
    return {
      name: dto.name,
      assetId: number.id,
      wabaId: waba.id,
      templateName: dto.template.name,
      templateLanguage: dto.template.language,
      components: await this.templates.accept(waba, givenTemplate(dto.template)),
      defaults: dto.template.defaults ?? {},
      scheduledAt,
    };
  }

  private async otherDraft(
    campaign: CampaignView['campaign'],
    dto: UpdateCampaignDto,
  ): Promise<CampaignDraft> {
    const { waba, number } = await this.accounts.chooseNumber(
      campaign.accountId,
      dto.phoneNumberId === undefined ? await this.numberOf(campaign) : { phoneNumberId: dto.phoneNumberId },
    );
    const template: GivenTemplate =
      dto.template === undefined
        ? {
            name: campaign.templateName,
            language: campaign.templateLanguage,
            components: campaign.components,
            defaults: campaign.defaults,
          }
        : givenTemplate(dto.template);
    return {
      name: dto.name ?? campaign.name,
      assetId: number.id,
      wabaId: waba.id,
      templateName: template.name,
      templateLanguage: template.language,
      components: await this.templates.accept(waba, template),
      defaults: template.defaults,
    };
  }

  private async numberOf({ accountId, id }: CampaignView['campaign']): Promise<{ phoneNumberId: string }> {
    const view = await this.campaigns.find([accountId], id);
    if (view === null) throw new NotFoundError('There is no such campaign.');
    return { phoneNumberId: view.phoneNumberId };
  }
}

function givenTemplate({ name, language, components, defaults }: CampaignTemplateDto): GivenTemplate {
  return { name, language, components, defaults: defaults ?? {} };
}

/** @throws ValidationFailedError for one that has passed, or lies further ahead than anybody plans */
export function instantOf(text: string): Date {
  const at = new Date(text);
  const aheadMs = at.getTime() - Date.now();
  if (Number.isNaN(aheadMs) || aheadMs <= 0 || aheadMs > LONGEST_AHEAD_MS)
    throw ValidationFailedError.of(
      'scheduledAt',
      'future',
      'scheduledAt must lie ahead, by a year at most: 2026-03-14T09:00:00+01:00.',
    );
  return at;
}

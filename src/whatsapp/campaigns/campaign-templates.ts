import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import type { SendTemplateDto } from '../dto/send-template.dto';
import type { CampaignEntity } from '../entities/campaign.entity';
import { TemplateEntity } from '../entities/template.entity';
import { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import { SendingTemplates } from '../templates/sending-templates';
import { TemplateInvalidError } from '../templates/template-invalid.error';
import { shapeOf } from '../templates/template-shape';
import { CampaignMessage, automaticComponents } from './campaign-message';

type Json = Record<string, unknown>;

export interface GivenTemplate {
  name: string;
  language: string;
  /** Left out: every variable takes the column of its own name. */
  components: Json[] | undefined;
  defaults: Record<string, string>;
}

/** What is known of a campaign's template here. */
export interface KnownTemplate {
  message: CampaignMessage;
  /** Meta's category; null where the template is not known (any more). */
  category: string | null;
}

/** Looks at a campaign's template: does it exist, do the components fit it, may it be sent. */
@Injectable()
export class CampaignTemplates {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly sending: SendingTemplates,
  ) {}

  /**
   * For a campaign that is being made. The template may still be in review: it has to be approved when the campaign starts.
   * @returns the components to store
   * @throws TemplateInvalidError for one that does not exist, or that the components do not fit
   * @throws ValidationFailedError for components that are none of Meta's
   */
  async accept(waba: WhatsAppBusinessAccountEntity, given: GivenTemplate): Promise<Json[]> {
    const { name, language, defaults } = given;
    const find = (): Promise<TemplateEntity | null> => this.find(waba.accountId, waba.id, name, language);
    let stored = await find();
    if (stored === null) {
      // Reads Meta's list again, and says what there is in its place.
      await this.sending.check(waba, { name, language: { code: language } }).catch((error: unknown) => {
        if (!(error instanceof TemplateInvalidError)) throw error;
        const problems = error.details.problems as { rule: string }[];
        if (problems.some(({ rule }) => rule === 'template.unknown' || rule === 'template.language'))
          throw error;
      });
      stored = await find();
    }
    const shape = stored === null ? null : shapeOf(stored.components);
    const components = given.components ?? (shape === null ? [] : automaticComponents(shape));
    const message = new CampaignMessage({ name, language, components, defaults }, shape);
    const { fields, problems } = await message.problemsOfTemplate();
    if (fields.length > 0) throw new ValidationFailedError(fields);
    if (problems.length > 0) throw new TemplateInvalidError(problems);
    return components;
  }

  /** For filling in. */
  async known(campaign: CampaignEntity, manager?: EntityManager): Promise<KnownTemplate> {
    const { accountId, wabaId, templateName: name, templateLanguage: language } = campaign;
    const stored = await this.find(accountId, wabaId, name, language, manager);
    const { components, defaults } = campaign;
    const shape = stored === null ? null : shapeOf(stored.components);
    return {
      message: new CampaignMessage({ name, language, components, defaults }, shape),
      category: stored?.category ?? null,
    };
  }

  /**
   * For a campaign that is about to be sent.
   * @returns Meta's category of the template
   * @throws TemplateInvalidError when Meta would not send it, or the components no longer fit
   */
  async requireSendable(campaign: CampaignEntity): Promise<string> {
    const { accountId, wabaId } = campaign;
    const waba = await this.database.manager.findOneByOrFail(WhatsAppBusinessAccountEntity, {
      accountId,
      id: wabaId,
    });
    const { message } = await this.known(campaign);
    const { category } = await this.sending.check(waba, message.sample() as unknown as SendTemplateDto);
    return category;
  }

  private async find(
    accountId: AccountId,
    wabaId: AssetId,
    name: string,
    language: string,
    manager: EntityManager = this.database.manager,
  ): Promise<TemplateEntity | null> {
    return manager.findOneBy(TemplateEntity, { accountId, wabaId, name, language });
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { SendTemplateDto } from '../dto/send-template.dto';
import { GraphError } from '../../graph-client/graph.error';
import { TemplateEntity } from '../entities/template.entity';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import { TemplateInvalidError, type TemplateProblem } from './template-invalid.error';
import { findParameterProblems, renderBody } from './template-parameters';
import { shapeOf } from './template-shape';
import { TemplateSyncService } from './template-sync.service';

/** Meta's codes for templates that cannot be sent whatever their parameters. */
const NOT_FOUND = 132001;
const PAUSED = 132015;
const DISABLED = 132016;

/** By status: Meta's code and what to tell. Statuses that are not listed are left for Meta to judge. */
const UNSENDABLE: Readonly<Record<string, { metaCode: number; message: string }>> = {
  PENDING: { metaCode: NOT_FOUND, message: 'The template is still in review.' },
  IN_APPEAL: { metaCode: NOT_FOUND, message: 'The template was rejected; the appeal has not been decided.' },
  REJECTED: { metaCode: NOT_FOUND, message: 'Meta has rejected the template.' },
  LIMIT_EXCEEDED: {
    metaCode: NOT_FOUND,
    message: 'Meta has not taken the template: the account has too many.',
  },
  PENDING_DELETION: { metaCode: NOT_FOUND, message: 'The template is being deleted.' },
  DELETED: { metaCode: NOT_FOUND, message: 'The template was deleted.' },
  ARCHIVED: { metaCode: NOT_FOUND, message: 'The template is archived.' },
  PAUSED: { metaCode: PAUSED, message: 'Meta has paused the template because of its quality.' },
  DISABLED: { metaCode: DISABLED, message: 'Meta has disabled the template because of its quality.' },
};

/** A template as far as a sender has to know it. */
export interface CheckedTemplate {
  /** Meta's word; it may have changed since the template was made. */
  category: string;
  /** The body as the person will read it; null if its text is not known. */
  text: string | null;
}

/** Before a template is called unfit, Meta's list is read again, but not more often than this. */
const LOOK_AGAIN_AFTER_MS = 60_000;

type Checked = { template: CheckedTemplate } | { problems: TemplateProblem[] };

/** Looks at templates from the side of somebody who wants to send one. */
@Injectable()
export class SendingTemplates {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly syncs: TemplateSyncService,
  ) {}

  /**
   * @param waba the one that the sending number belongs to
   * @throws TemplateInvalidError naming everything that Meta would refuse
   */
  async check(waba: WhatsAppBusinessAccountEntity, template: SendTemplateDto): Promise<CheckedTemplate> {
    const first = await this.tryOut(waba, template);
    if ('template' in first) return first.template;
    // The webhook that told of an approval or an edit may be late or lost.
    await this.lookAgain(waba);
    const second = await this.tryOut(waba, template);
    if ('template' in second) return second.template;
    throw new TemplateInvalidError(second.problems);
  }

  private async tryOut(
    { accountId, id }: WhatsAppBusinessAccountEntity,
    template: SendTemplateDto,
  ): Promise<Checked> {
    const ref = { name: template.name, language: template.language.code };
    const stored = await this.find(accountId, id, ref);
    if (stored === null) return { problems: [await this.explainMissing(accountId, id, ref)] };
    const unsendable = UNSENDABLE[stored.status];
    if (unsendable !== undefined) {
      const reason = stored.rejectedReason === null ? '' : ` Reason: ${stored.rejectedReason}.`;
      const message = `${unsendable.message}${reason} Meta's code: ${unsendable.metaCode}.`;
      return { problems: [{ path: 'template.name', rule: 'template.status', message }] };
    }
    const shape = shapeOf(stored.components);
    const problems = findParameterProblems(shape, template);
    if (problems.length > 0) return { problems };
    return { template: { category: stored.category, text: renderBody(shape, template) } };
  }

  private async lookAgain(waba: WhatsAppBusinessAccountEntity): Promise<void> {
    try {
      const { syncedAt } = await this.syncs.ensureFresh(waba, false);
      const isRecent = syncedAt !== null && Date.now() - syncedAt.getTime() < LOOK_AGAIN_AFTER_MS;
      if (!isRecent) await this.syncs.ensureFresh(waba, true);
    } catch (error) {
      // While Meta cannot be read, what is stored decides.
      if (!(error instanceof GraphError && error.retryable)) throw error;
    }
  }

  /** null for a template that is not known here (any more). */
  async categoryOf(
    accountId: AccountId,
    wabaId: AssetId,
    ref: { name: string; language: string },
  ): Promise<string | null> {
    return (await this.find(accountId, wabaId, ref))?.category ?? null;
  }

  private async find(
    accountId: AccountId,
    wabaId: AssetId,
    { name, language }: { name: string; language: string },
  ): Promise<TemplateEntity | null> {
    return this.database.manager.findOneBy(TemplateEntity, { accountId, wabaId, name, language });
  }

  private async explainMissing(
    accountId: AccountId,
    wabaId: AssetId,
    { name, language }: { name: string; language: string },
  ): Promise<TemplateProblem> {
    const others = await this.database.manager.find(TemplateEntity, {
      where: { accountId, wabaId, name },
      select: { language: true },
      order: { language: 'ASC' },
    });
    if (others.length > 0) {
      const languages = others.map((other) => other.language).join(', ');
      return {
        path: 'template.language.code',
        rule: 'template.language',
        message: `${name} exists in ${languages}, not in ${language}. Meta's code: ${NOT_FOUND}.`,
      };
    }
    return {
      path: 'template.name',
      rule: 'template.unknown',
      message: `No template is called ${name}. GET /api/meta/whatsapp/templates lists those there are. Meta's code: ${NOT_FOUND}.`,
    };
  }
}

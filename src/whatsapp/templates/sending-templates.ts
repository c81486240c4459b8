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

/** How messages name a template. */
export interface TemplateRef {
  name: string;
  language: string;
}

interface StateRow extends TemplateRef {
  category: string;
  status: string;
  rejected_reason: string | null;
}

/** What is known of some templates; those that are not known here (any more) are left for Meta to judge. */
export class TemplateStates {
  constructor(private readonly rows: readonly StateRow[]) {}

  find({
    name,
    language,
  }: TemplateRef): { category: string; unsendable: TemplateInvalidError | null } | null {
    const row = this.rows.find((each) => each.name === name && each.language === language);
    if (row === undefined) return null;
    const problem = findUnsendable(row.status, row.rejected_reason);
    return {
      category: row.category,
      unsendable: problem === null ? null : new TemplateInvalidError([problem]),
    };
  }
}

function findUnsendable(status: string, rejectedReason: string | null): TemplateProblem | null {
  const unsendable = UNSENDABLE[status];
  if (unsendable === undefined) return null;
  const reason = rejectedReason === null ? '' : ` Reason: ${rejectedReason}.`;
  const message = `${unsendable.message}${reason} Meta's code: ${unsendable.metaCode}.`;
  return { path: 'template.name', rule: 'template.status', message };
}

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
    const unsendable = findUnsendable(stored.status, stored.rejectedReason);
    if (unsendable !== null) return { problems: [unsendable] };
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

  /** What is known of several templates at this moment, without asking Meta. */
  async statesOf(
    accountId: AccountId,
    wabaId: AssetId,
    refs: readonly TemplateRef[],
  ): Promise<TemplateStates> {
    const distinct = [...new Map(refs.map((ref) => [`${ref.name} ${ref.language}`, ref])).values()];
    if (distinct.length === 0) return new TemplateStates([]);
    const rows: StateRow[] = await this.database.query(
      `SELECT t.name, t.language, t.category, t.status, t.rejected_reason
         FROM unnest($3::text[], $4::text[]) AS asked (name, language)
         JOIN whatsapp_templates t ON t.account_id = $1 AND t.waba_id = $2
              AND t.name = asked.name AND t.language = asked.language AND t.deleted_at IS NULL`,
      [accountId, wabaId, distinct.map(({ name }) => name), distinct.map(({ language }) => language)],
    );
    return new TemplateStates(rows);
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

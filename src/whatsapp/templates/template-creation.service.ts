import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { ConflictError } from '../../errors/app.error';
import { GraphError, GraphRejectedError, provesNotAccepted } from '../../graph-client/graph.error';
import { requestDigest } from '../../http/idempotency-key';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsService } from '../accounts/accounts.service';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import { textAt } from '../meta-values';
import { type AcceptedTemplate, type FoundTemplate, TemplateApi, type TemplateDraft } from './template-api';
import { type CreationAnswer, TemplateCreationsRepository } from './template-creations.repository';
import { TemplateInvalidError } from './template-invalid.error';
import { TemplateNamesRepository } from './template-names.repository';
import type { TemplateFinding } from './template-rule-catalogue';
import { errorsOf, lintTemplate } from './template-rules';
import { TemplateSamples } from './template-samples.service';
import { TemplateSyncService } from './template-sync.service';
import { TemplateWritesRepository } from './template-writes.repository';
import { TemplatesRepository } from './templates.repository';

/** Meta's subcodes: the name and language exist; the name is that of a deleted template. */
const EXISTS = 2388024;
const NAME_BLOCKED = 2388023;
/** The smaller of Meta's limits; only from there on is Meta asked which one holds. */
const SMALLEST_LIMIT = 250;
const ROUTE = '/api/meta/whatsapp/templates';

/** What was submitted, with Meta's answer, and what the linter thinks of it. */
export interface CreatedTemplate {
  answer: CreationAnswer;
  findings: TemplateFinding[];
}

/** Submits templates for review. */
@Injectable()
export class TemplateCreation {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly accounts: AccountsService,
    private readonly templates: TemplatesRepository,
    private readonly creations: TemplateCreationsRepository,
    private readonly names: TemplateNamesRepository,
    private readonly writes: TemplateWritesRepository,
    private readonly samples: TemplateSamples,
    private readonly syncs: TemplateSyncService,
    private readonly tokens: MetaTokenService,
    private readonly api: TemplateApi,
  ) {}

  /**
   * Each creation is written down first. When Meta's answer is lost, or this process dies before it is stored, the list at
   * Meta tells what happened: at once, or when the same is asked for again.
   * @param key replays the answer instead of submitting again
   * @throws TemplateInvalidError before any call, naming every rule that the template breaks
   * @throws TemplateLimitError when Meta would take no more for now
   * @throws ConflictError while the name is blocked, or when the account has as many templates as it may
   */
  async create(
    accountId: AccountId,
    wabaId: string | undefined,
    draft: TemplateDraft,
    key: string | undefined,
  ): Promise<CreatedTemplate> {
    const findings = requireValid(draft);
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    const creation = await this.creations.begin({
      waba,
      name: draft.name,
      language: draft.language,
      key,
      digest: requestDigest('POST', ROUTE, { wabaId: waba.wabaId, ...draft }),
    });
    if (creation.kind === 'answered') return { answer: creation.answer, findings };
    const { attemptId, isRepeated } = creation;
    const { before, complete } = await this.prepare(waba, draft, attemptId);
    try {
      const answer = isRepeated ? await this.completeFound(waba, complete, attemptId, null) : null;
      return { answer: answer ?? (await this.submit(waba, complete, attemptId, before)), findings };
    } catch (error) {
      throw await this.settle(waba, draft, attemptId, error);
    }
  }

  /** What can fail before Meta is asked to create anything. */
  private async prepare(
    waba: WhatsAppBusinessAccountEntity,
    draft: TemplateDraft,
    attemptId: string,
  ): Promise<{ before: string | null; complete: TemplateDraft }> {
    try {
      const same = await this.templates.named(waba, draft.name);
      if (same.length === 0) {
        await this.refuseBlockedName(waba, draft.name);
        await this.refuseFullAccount(waba);
      }
      const components = await this.samples.fillIn(waba.accountId, draft.components);
      const before = same.find(({ language }) => language === draft.language)?.templateId ?? null;
      return { before, complete: { ...draft, components } };
    } catch (error) {
      await this.creations.forget(waba, attemptId);
      throw error;
    }
  }

  /** @param before Meta's id of a template that was known under this name and language already */
  private async submit(
    waba: WhatsAppBusinessAccountEntity,
    draft: TemplateDraft,
    attemptId: string,
    before: string | null,
  ): Promise<CreationAnswer> {
    const askedAt = await this.templates.now();
    try {
      const accepted = await this.tokens.withToken(waba.accountId, (token) =>
        this.api.create(token, waba.wabaId, draft),
      );
      return await this.store(waba, draft, attemptId, accepted, askedAt);
    } catch (error) {
      if (!(error instanceof GraphError) || provesNotAccepted(error)) throw error;
      const found = await this.completeFound(waba, draft, attemptId, before).catch(() => null);
      if (found === null) throw error;
      return found;
    }
  }

  /** The answer of an attempt that Meta has carried out, or null. */
  private async completeFound(
    waba: WhatsAppBusinessAccountEntity,
    draft: TemplateDraft,
    attemptId: string,
    before: string | null,
  ): Promise<CreationAnswer | null> {
    const askedAt = await this.templates.now();
    const found = (await this.syncs.readName(waba, draft.name)).find(
      (template) => template.language === draft.language && template.templateId !== before,
    );
    if (found === undefined || !hasSameText(found, draft)) return null;
    return this.store(waba, draft, attemptId, found, askedAt);
  }

  private async store(
    waba: WhatsAppBusinessAccountEntity,
    draft: TemplateDraft,
    attemptId: string,
    { templateId, status, category }: AcceptedTemplate,
    askedAt: Date,
  ): Promise<CreationAnswer> {
    return this.database.transaction(async (tx) => {
      const accepted = { templateId, status, category };
      const { id, createdAt } = await this.writes.recordCreated(tx, waba, draft, accepted, askedAt);
      const answer = { id, ...accepted, createdAt: createdAt.toISOString() };
      await this.creations.complete(tx, waba, attemptId, answer);
      await this.names.release(tx, waba, draft.name);
      return answer;
    });
  }

  /** Writes down how an attempt failed. @returns the error to be told */
  private async settle(
    waba: WhatsAppBusinessAccountEntity,
    { name }: TemplateDraft,
    attemptId: string,
    error: unknown,
  ): Promise<unknown> {
    if (!provesNotAccepted(error)) {
      await this.creations.leaveOpen(waba, attemptId);
      await this.templates.markStale(null, [waba]);
      return error;
    }
    await this.creations.forget(waba, attemptId);
    const subcode = error instanceof GraphRejectedError ? (error.meta?.subcode ?? null) : null;
    // Somebody made it elsewhere: the next list shows it.
    if (subcode === EXISTS) await this.templates.markStale(null, [waba]);
    if (subcode !== NAME_BLOCKED || !(error instanceof GraphRejectedError)) return error;
    const blocked = await this.names.find(waba, name);
    if (blocked === null) return error;
    return new GraphRejectedError(error.message, {
      meta: error.meta,
      details: { ...error.details, name, blockedUntil: blocked.until.toISOString() },
    });
  }

  private async refuseBlockedName(waba: WhatsAppBusinessAccountEntity, name: string): Promise<void> {
    const blocked = await this.names.find(waba, name);
    if (blocked?.wasApproved !== true) return;
    const until = blocked.until.toISOString();
    throw new ConflictError(
      `Templates called ${name} were deleted: Meta takes the name again from ${until}. Choose another name.`,
      { reason: 'name_blocked', name, blockedUntil: until },
    );
  }

  private async refuseFullAccount(waba: WhatsAppBusinessAccountEntity): Promise<void> {
    if ((await this.templates.countNames(waba)) < SMALLEST_LIMIT) return;
    const room = await this.tokens
      .withToken(waba.accountId, (token) => this.api.limit(token, waba.wabaId))
      .catch((error: unknown) => {
        // Not worth failing for: Meta says it again when it is asked to create.
        if (error instanceof GraphError) return null;
        throw error;
      });
    if (room === null || room.count < room.limit) return;
    throw new ConflictError(
      `This WhatsApp Business Account has ${room.count} templates and may have ${room.limit}: delete some first.`,
      { reason: 'template_limit', ...room },
    );
  }
}

/** @returns what is not an error. @throws TemplateInvalidError */
export function requireValid(template: Parameters<typeof lintTemplate>[0]): TemplateFinding[] {
  const findings = lintTemplate(template);
  const problems = errorsOf(findings).map(({ path, ruleId, message }) => ({ path, rule: ruleId, message }));
  if (problems.length > 0) throw new TemplateInvalidError(problems, findings);
  return findings;
}

/** Whether a template under the same name and language can be the one that was submitted. Meta writes some bodies itself. */
function hasSameText(found: FoundTemplate, draft: TemplateDraft): boolean {
  const bodyOf = (components: readonly Record<string, unknown>[]): string | undefined =>
    textAt(
      components.find((component) => textAt(component, 'type')?.toUpperCase() === 'BODY'),
      'text',
    );
  const text = bodyOf(draft.components);
  return text === undefined || bodyOf(found.components)?.trim() === text.trim();
}

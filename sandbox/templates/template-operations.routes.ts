import { requireScope } from '../graph/access';
import type { SandboxContext } from '../context';
import { GraphError, invalidParameter, missingParameter } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { isObject, numberOf, textListOf, textOf, type JsonObject } from '../json';
import { newObjectId } from '../ids';
import { newTemplate } from './new-template';
import { templateError } from './template-errors';
import { unpause } from './template-quality';
import { emitTemplateStatus, startReview } from './template-review';
import { checkDraft, checkLanguage, checkTemplateName, type TemplateDraft } from './template-rules';
import { DAY_MS } from '../login/tokens';
import type { TemplateRecord, WabaRecord } from '../world';

const SCOPE = 'whatsapp_business_management';
const MOST_AT_ONCE = 100;
const ARCHIVE_DAYS = 28;
const LARGEST_BATCH = 500;

/** What can be done to templates besides writing them: pauses, archive, comparison, and several at once. */
export function registerTemplateOperations(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'template', 'unpause', (template) => {
    if (template.status !== 'PAUSED') return { success: false, reason: 'The template is not paused.' };
    unpause(context, template);
    return { success: true };
  });
  router.on('GET', 'template', 'compare', (template, { params }) => compare(context, template, params));
  router.on('POST', 'waba', 'upsert_message_templates', (waba, { params, token }) => {
    requireScope(token, SCOPE, waba.id);
    return upsert(context, waba, params);
  });
  router.on('POST', 'waba', 'migrate_message_templates', (waba, request) => {
    requireScope(request.token, SCOPE, waba.id);
    return migrate(context, waba, request);
  });
}

/** `message_templates/archive` and `…/unarchive`, each template by itself. */
export function archiveTemplates(
  context: SandboxContext,
  waba: WabaRecord,
  action: string | undefined,
  params: JsonObject,
): JsonObject {
  if (action !== 'archive' && action !== 'unarchive')
    throw new GraphError(2500, `Unknown path components: /${action ?? ''}`);
  const ids = textListOf(params.hsm_ids);
  if (ids.length === 0) throw missingParameter('hsm_ids');
  if (ids.length > MOST_AT_ONCE)
    throw invalidParameter(`Param hsm_ids must have at most ${MOST_AT_ONCE} elements.`);
  const done: string[] = [];
  const failed: JsonObject = {};
  for (const id of ids) {
    const template = context.world.findKind('template', id);
    const problem =
      template?.wabaId === waba.id
        ? action === 'archive'
          ? archive(context, template)
          : unarchive(context, template)
        : 'The template does not exist';
    if (problem === null) done.push(id);
    else failed[id] = problem;
  }
  return { [`${action}d_templates`]: done, failed_templates: failed };
}

function archive(context: SandboxContext, template: TemplateRecord): string | null {
  if (template.status !== 'APPROVED' && template.status !== 'REJECTED')
    return 'Only approved or rejected templates can be archived';
  template.archivedFrom = template.status;
  template.status = 'ARCHIVED';
  emitTemplateStatus(context, template, 'ARCHIVED', 'NONE');
  const archived = template.archivedFrom;
  context.clock.schedule(ARCHIVE_DAYS * DAY_MS, () => {
    if (context.world.find(template.id) !== template || template.archivedFrom !== archived) return;
    context.world.remove(template.id);
    emitTemplateStatus(context, template, 'DELETED', null);
  });
  return null;
}

function unarchive(context: SandboxContext, template: TemplateRecord): string | null {
  if (template.status !== 'ARCHIVED') return 'Template is not archived';
  template.status = template.archivedFrom ?? 'APPROVED';
  delete template.archivedFrom;
  emitTemplateStatus(context, template, 'UNARCHIVED', 'NONE');
  return null;
}

/** Two templates, side by side, over 7, 30, 60 or 90 days. */
function compare(context: SandboxContext, template: TemplateRecord, params: JsonObject): JsonObject {
  const ids = textListOf(params.template_ids);
  const start = numberOf(params.start);
  const end = numberOf(params.end);
  if (ids.length === 0) throw missingParameter('template_ids');
  if (start === undefined) throw missingParameter('start');
  if (end === undefined) throw missingParameter('end');
  if (![7, 30, 60, 90].includes(Math.round((end - start) / 86_400)))
    throw invalidParameter('The time between start and end must be 7, 30, 60 or 90 days.');
  const all = [template.id, ...ids];
  const others = all.map((id) => context.world.findKind('template', id));
  if (others.some((other) => other?.wabaId !== template.wabaId))
    throw invalidParameter('All templates must belong to the same WhatsApp Business account.');
  const sends = (id: string): number =>
    context.messages.sent.filter(
      ({ templateId, acceptedAt }) =>
        templateId === id && acceptedAt >= start * 1000 && acceptedAt < end * 1000,
    ).length;
  return {
    data: [
      { metric: 'BLOCK_RATE', type: 'RELATIVE', order_by_relative_metric: all },
      {
        metric: 'MESSAGE_SENDS',
        type: 'NUMBER_VALUES',
        number_values: all.map((key) => ({ key, value: sends(key) })),
      },
      {
        metric: 'TOP_BLOCK_REASON',
        type: 'STRING_VALUES',
        string_values: all.map((key) => ({ key, value: 'UNKNOWN_BLOCK_REASON' })),
      },
    ],
  };
}

/** An authentication template in many languages: made where it does not exist, else replaced. */
function upsert(context: SandboxContext, waba: WabaRecord, params: JsonObject): JsonObject {
  const name = checkTemplateName(params.name);
  const languages = textListOf(params.languages);
  if (languages.length === 0) throw missingParameter('languages');
  if (textOf(params.category)?.toUpperCase() !== 'AUTHENTICATION')
    throw invalidParameter('Param category must be AUTHENTICATION.');
  const draft = checkDraft('AUTHENTICATION', params);
  for (const language of languages) checkLanguage(language);
  const data = languages.map((language) => {
    const known = context.world
      .templatesOf(waba.id)
      .find((template) => template.name === name && template.language === language);
    const template = known
      ? replaceWith(known, draft)
      : newTemplate(context, waba, { name, language }, draft);
    startReview(context, template);
    return { id: template.id, status: template.status, language };
  });
  return { data };
}

function replaceWith(template: TemplateRecord, draft: TemplateDraft): TemplateRecord {
  template.components = draft.components;
  template.status = 'PENDING';
  return template;
}

/** From another account of the same business: approved ones of good quality, under new ids. */
function migrate(
  context: SandboxContext,
  waba: WabaRecord,
  { params, method }: AuthenticatedRequest,
): JsonObject {
  const sourceId = textOf(params.source_waba_id);
  if (sourceId === undefined) throw missingParameter('source_waba_id');
  const source = context.world.findKind('waba', sourceId);
  if (source?.ownerBusinessId !== waba.ownerBusinessId) {
    throw templateError(
      2593079,
      'Migration failed',
      `Account ${sourceId} is not of the same business (${method}).`,
    );
  }
  const count = Math.min(numberOf(params.count) ?? LARGEST_BATCH, LARGEST_BATCH);
  const page = numberOf(params.page_number) ?? 0;
  const only = textListOf(params.template_ids);
  const batch = context.world
    .templatesOf(source.id)
    .filter(({ id }) => only.length === 0 || only.includes(id))
    .slice(page * count, (page + 1) * count);
  const migrated: string[] = [];
  const failed: JsonObject = {};
  for (const template of batch) {
    const reason = cannotMigrate(context, waba, template);
    if (reason !== null) failed[template.id] = reason;
    else migrated.push(copyTo(context, waba, template).id);
  }
  return { migrated_templates: migrated, failed_templates: failed };
}

function cannotMigrate(context: SandboxContext, waba: WabaRecord, template: TemplateRecord): string | null {
  if (template.status !== 'APPROVED') return 'Only approved templates can be migrated.';
  if (!['GREEN', 'UNKNOWN'].includes(template.qualityScore)) return 'The quality of the template is too low.';
  const exists = context.world
    .templatesOf(waba.id)
    .some(({ name, language }) => name === template.name && language === template.language);
  return exists ? 'A template of this name and language exists already.' : null;
}

function copyTo(
  { world, clock }: SandboxContext,
  waba: WabaRecord,
  template: TemplateRecord,
): TemplateRecord {
  return world.add<TemplateRecord>({
    ...template,
    id: newObjectId(),
    wabaId: waba.id,
    components: template.components.filter(isObject),
    edits: [],
    pauses: 0,
    createdAt: clock.now(),
  });
}

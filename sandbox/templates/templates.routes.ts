import { requireScope } from '../graph/access';
import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter } from '../graph/graph-error';
import { readNode, type EdgeReader, type NodeType } from '../graph/graph-nodes';
import type { GraphRouter } from '../graph/graph-router';
import { textListOf, textOf, type JsonObject } from '../json';
import { listPage } from '../graph/paging';
import { templateError } from './template-errors';
import { newTemplate } from './new-template';
import { archiveTemplates, registerTemplateOperations } from './template-operations.routes';
import { announceTemplateCategory } from './template-quality';
import { emitTemplateStatus, startReview } from './template-review';
import { isReallyMarketing } from './template-reviewer';
import { checkCategory, checkDraft, checkHandles, checkLanguage, checkTemplateName } from './template-rules';
import { DAY_MS, HOUR_MS } from '../login/tokens';
import type { TemplateRecord, WabaRecord } from '../world';

const SCOPE = 'whatsapp_business_management';
const CREATIONS_PER_HOUR = 100;

export const templateType: NodeType<TemplateRecord> = {
  name: 'WhatsAppMessageTemplate',
  defaults: ['name', 'previous_category', 'parameter_format', 'components', 'language', 'status', 'category'],
  fields: {
    name: (template) => template.name,
    language: (template) => template.language,
    status: (template) => template.status,
    category: (template) => template.category,
    previous_category: (template) => template.previousCategory,
    correct_category: (template) => template.correctCategory ?? template.category,
    sub_category: (template) => template.subCategory,
    parameter_format: (template) => template.parameterFormat,
    message_send_ttl_seconds: (template) => template.messageSendTtlSeconds,
    components: (template) => template.components,
    quality_score: (template) => ({ score: template.qualityScore, date: template.qualityDate }),
    rejected_reason: (template) => template.rejectedReason,
    cta_url_link_tracking_opted_out: () => false,
    library_template_name: () => undefined,
    last_updated_time: (template) => new Date(template.createdAt).toISOString().replace(/\.\d+Z$/, '+0000'),
  },
  edges: {},
};

export function listTemplates(context: SandboxContext): EdgeReader<WabaRecord> {
  return (waba, read) => {
    const { args } = read;
    const wanted = (name: string): string[] => textListOf(args[name]).map((value) => value.toUpperCase());
    const matches = (filter: string[], value: string): boolean =>
      filter.length === 0 || filter.includes(value.toUpperCase());
    const items = context.world
      .templatesOf(waba.id)
      .filter(
        (template) =>
          matches(wanted('status'), template.status) &&
          matches(wanted('category'), template.category) &&
          matches(wanted('language'), template.language) &&
          matches(wanted('quality_score'), template.qualityScore) &&
          (args.name === undefined || template.name.includes(args.name)) &&
          (args.name_or_content === undefined || mentions(template, args.name_or_content)),
      );
    return listPage(items, read, {
      path: `/${waba.id}/message_templates`,
      keyOf: (template) => template.id,
      render: (template) => readNode(templateType, template, read.children, read.request),
      badCursor: () => catalogueError(131059),
      summary: (total) => ({
        total_count: total,
        message_template_count: context.world.templatesOf(waba.id).length,
        message_template_limit: waba.templateLimit,
        are_translations_complete: true,
      }),
    });
  };
}

function mentions(template: TemplateRecord, text: string): boolean {
  return template.name.includes(text) || JSON.stringify(template.components).includes(text);
}

export function registerTemplates(router: GraphRouter, context: SandboxContext): void {
  router.type('template', templateType);
  router.on('POST', 'waba', 'message_templates', (waba, { params, token }, [action]) => {
    requireScope(token, SCOPE, waba.id);
    if (action !== undefined) return archiveTemplates(context, waba, action, params);
    return createTemplate(context, waba, params);
  });
  router.on('DELETE', 'waba', 'message_templates', (waba, { params, token }) => {
    requireScope(token, SCOPE, waba.id);
    deleteTemplates(context, waba, params);
    return { success: true };
  });
  router.on('POST', 'template', '', (template, { params, token }) => {
    requireScope(token, SCOPE, template.wabaId);
    return editTemplate(context, template, params);
  });
  registerTemplateOperations(router, context);
}

function createTemplate(context: SandboxContext, waba: WabaRecord, params: JsonObject): JsonObject {
  const { world, clock } = context;
  const now = clock.now();
  const name = checkTemplateName(params.name);
  const language = checkLanguage(params.language);
  const category = checkCategory(params.category);
  const draft = checkDraft(category, params);
  if (context.settings.review.checksHandles) checkHandles(draft.components, context.uploads.handles);
  const existing = world.templatesOf(waba.id);
  if (existing.some((template) => template.name === name && template.language === language)) {
    throw templateError(
      2388024,
      'Content in this language already exists',
      `There is already ${language} content for this template. You can create a new template and try again.`,
    );
  }
  if ((waba.blockedTemplateNames.get(name) ?? 0) > now) {
    throw templateError(
      2388023,
      "This message template's name is being deleted",
      'New content cannot be added while the name is being deleted. Try again in 4 weeks or use another name.',
    );
  }
  if (existing.length >= waba.templateLimit) {
    throw templateError(
      2388019,
      'Template limit reached',
      `The account may have ${waba.templateLimit} templates.`,
    );
  }
  waba.templateCreations = waba.templateCreations.filter((at) => now - at < HOUR_MS);
  if (waba.templateCreations.length >= CREATIONS_PER_HOUR) throw catalogueError(80008);
  waba.templateCreations.push(now);
  const template = newTemplate(context, waba, { name, language }, draft);
  const { advertising } = context.settings.review;
  const isMisplaced = isReallyMarketing(category, draft.components);
  // Since April 2025 Meta decides: the answer can name another category than the one that was asked for.
  if (isMisplaced && advertising === 'recategorise') template.category = 'MARKETING';
  if (isMisplaced && advertising === 'announce') announceTemplateCategory(context, template, 'MARKETING');
  startReview(context, template);
  return { id: template.id, status: template.status, category: template.category };
}

/** Only approved, rejected and paused templates; approved ones keep their category and have few edits. */
function editTemplate(context: SandboxContext, template: TemplateRecord, params: JsonObject): JsonObject {
  const now = context.clock.now();
  if (!['APPROVED', 'REJECTED', 'PAUSED'].includes(template.status)) {
    throw templateError(
      2388003,
      'Message template cannot be edited',
      'Only templates with a status of Approved, Rejected or Paused can be edited.',
    );
  }
  const category = params.category === undefined ? template.category : checkCategory(params.category);
  if (template.status === 'APPROVED') {
    if (category !== template.category) {
      throw templateError(
        2388025,
        'Category cannot be changed',
        'The category of an approved template is fixed.',
      );
    }
    template.edits = template.edits.filter((at) => now - at < 30 * DAY_MS);
    const lastDay = template.edits.filter((at) => now - at < DAY_MS).length;
    if (lastDay >= 1 || template.edits.length >= 10) {
      throw templateError(
        2388027,
        'Edit limit reached',
        'An approved template can be edited once in 24 hours and 10 times in 30 days.',
      );
    }
    template.edits.push(now);
  }
  const given = params.components === undefined ? { ...params, components: template.components } : params;
  const draft = checkDraft(category, { parameter_format: template.parameterFormat, ...given });
  template.category = category;
  template.components = draft.components;
  template.parameterFormat = draft.parameterFormat;
  if (draft.messageSendTtlSeconds !== undefined) template.messageSendTtlSeconds = draft.messageSendTtlSeconds;
  template.status = 'PENDING';
  startReview(context, template);
  return { success: true, id: template.id, name: template.name, category: template.category };
}

function deleteTemplates(context: SandboxContext, waba: WabaRecord, params: JsonObject): void {
  const ids = [...textListOf(params.hsm_ids), ...textListOf(params.hsm_id)];
  const name = textOf(params.name);
  if (name === undefined && params.hsm_ids === undefined)
    throw invalidParameter('The parameter name is required.');
  const found = context.world
    .templatesOf(waba.id)
    .filter((template) => (ids.length > 0 ? ids.includes(template.id) : true))
    .filter((template) => name === undefined || template.name === name);
  if (found.length === 0) {
    throw templateError(
      2593002,
      'Message template not found',
      'The template was not found and could not be deleted.',
    );
  }
  if (found.some((template) => template.status === 'DISABLED')) {
    throw templateError(2388010, 'Template cannot be deleted', 'Disabled templates cannot be deleted.');
  }
  for (const template of found) {
    context.world.remove(template.id);
    emitTemplateStatus(context, template, 'PENDING_DELETION', null);
  }
  // The name stays unusable for 30 days once no language of it is left.
  if (name !== undefined && !context.world.templatesOf(waba.id).some((template) => template.name === name)) {
    waba.blockedTemplateNames.set(name, context.clock.now() + 30 * DAY_MS);
  }
}

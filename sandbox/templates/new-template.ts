import type { SandboxContext } from '../context';
import { newObjectId } from '../ids';
import type { TemplateDraft } from './template-rules';
import type { TemplateRecord, WabaRecord } from '../world';

/** A template that waits for its review. */
export function newTemplate(
  { world, clock }: SandboxContext,
  waba: WabaRecord,
  { name, language }: { name: string; language: string },
  draft: TemplateDraft,
): TemplateRecord {
  return world.add<TemplateRecord>({
    kind: 'template',
    id: newObjectId(),
    wabaId: waba.id,
    name,
    language,
    status: 'PENDING',
    category: draft.category,
    parameterFormat: draft.parameterFormat,
    components: draft.components,
    qualityScore: 'UNKNOWN',
    qualityDate: clock.seconds(),
    rejectedReason: 'NONE',
    edits: [],
    pauses: 0,
    createdAt: clock.now(),
    ...(draft.messageSendTtlSeconds !== undefined && { messageSendTtlSeconds: draft.messageSendTtlSeconds }),
  });
}

import type { SandboxContext } from '../context';
import { isObject, objectOf, textOf, type JsonObject, type JsonValue } from '../json';
import type { SentFile } from '../graph/linked-files';
import { carryProblem, type MediaKind } from './media-rules';

const KINDS: readonly MediaKind[] = ['audio', 'document', 'image', 'sticker', 'video'];

/** Everything under a message's type that names a file: the media itself, headers, cards, template parameters. */
export function filesOf(content: JsonValue | undefined, type: string): SentFile[] {
  const kind = KINDS.find((name) => name === type);
  if (kind) return [fileOf(kind, objectOf(content))];
  return type === 'interactive' || type === 'template' ? filesIn(content) : [];
}

function filesIn(value: JsonValue | undefined): SentFile[] {
  if (Array.isArray(value)) return value.flatMap(filesIn);
  if (!isObject(value)) return [];
  const kind = KINDS.find((name) => name === value.type);
  if (kind && isObject(value[kind])) return [fileOf(kind, value[kind])];
  return ['header', 'action', 'cards', 'components', 'parameters'].flatMap((name) => filesIn(value[name]));
}

function fileOf(kind: MediaKind, media: JsonObject): SentFile {
  return { kind, id: textOf(media.id), link: textOf(media.link) };
}

/** What is wrong with uploaded files; known at once, and told later as with links. */
export function uploadedProblem(context: SandboxContext, files: readonly SentFile[]): string | null {
  for (const { kind, id } of files) {
    const media = id === undefined ? undefined : context.world.findKind('media', id);
    const problem = media && carryProblem(kind, media.mimeType, media.bytes);
    if (problem) return problem;
  }
  return null;
}

/** Whether there is anything to fetch. */
export function hasLinks(context: SandboxContext, files: readonly SentFile[]): boolean {
  return context.settings.sending.links === 'fetch' && files.some(({ link }) => link !== undefined);
}

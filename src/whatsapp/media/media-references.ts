import { isUuid } from '../../database/ids';
import { isRecord } from '../meta-values';
import type { MediaKind } from './media-kinds';

type Json = Record<string, unknown>;

/** A place in a message object of Meta's that names a file of ours. */
export interface MediaReference {
  /** Of the object that holds the id, as `template.components[0].parameters[0].image`. */
  path: string;
  kind: MediaKind;
  /** In small letters. */
  id: string;
  /** To be shown as a voice note. */
  isVoice: boolean;
}

/** Meta's word for the file's object → what has to be in it. A GIF is a video that plays by itself. */
const KINDS: Readonly<Record<string, MediaKind>> = {
  image: 'image',
  video: 'video',
  gif: 'video',
  audio: 'audio',
  document: 'document',
  sticker: 'sticker',
};

type Replace = (file: Json, reference: MediaReference) => Json;

/** Every file of ours that a message object names, in the order of the object. */
export function mediaReferencesOf(request: Readonly<Json>): MediaReference[] {
  const found: MediaReference[] = [];
  mapMessage(request, (file, reference) => {
    found.push(reference);
    return file;
  });
  return found;
}

/** The same message object with Meta's ids in place of ours. */
export function withMetaIds(request: Readonly<Json>, metaIds: ReadonlyMap<string, string>): Json {
  return mapMessage(request, (file, { id }) => ({ ...file, id: metaIds.get(id) ?? file.id }));
}

// Only the places that Meta gives files: what a flow is sent with, for instance, may look the same and is the flow's own.

function mapMessage(request: Readonly<Json>, replace: Replace): Json {
  const mapped = mapHolder({ ...request }, '', replace);
  if (isRecord(mapped.interactive)) mapped.interactive = mapInteractive(mapped.interactive, replace);
  if (isRecord(mapped.template)) mapped.template = mapComponents(mapped.template, 'template', replace);
  return mapped;
}

function mapInteractive(interactive: Json, replace: Replace): Json {
  const mapped = { ...interactive };
  if (isRecord(mapped.header)) mapped.header = mapHolder(mapped.header, 'interactive.header', replace);
  const { action } = mapped;
  if (isRecord(action))
    mapped.action = {
      ...action,
      ...mapList(action, 'cards', (card, index) =>
        isRecord(card.header)
          ? {
              ...card,
              header: mapHolder(card.header, `interactive.action.cards[${index}].header`, replace),
            }
          : card,
      ),
    };
  return mapped;
}

function mapComponents(holder: Json, path: string, replace: Replace): Json {
  return {
    ...holder,
    ...mapList(holder, 'components', (component, index) => {
      const place = `${path}.components[${index}]`;
      return {
        ...component,
        ...mapList(component, 'parameters', (parameter, at) =>
          mapHolder(parameter, `${place}.parameters[${at}]`, replace),
        ),
        ...mapList(component, 'cards', (card, at) => mapComponents(card, `${place}.cards[${at}]`, replace)),
      };
    }),
  };
}

function mapList(holder: Json, name: string, map: (item: Json, index: number) => Json): Json {
  const list = holder[name];
  if (!Array.isArray(list)) return {};
  return { [name]: list.map((item: unknown, index) => (isRecord(item) ? map(item, index) : item)) };
}

/** An object that has a file under its kind's name. */
function mapHolder(holder: Json, path: string, replace: Replace): Json {
  const mapped = { ...holder };
  for (const [name, kind] of Object.entries(KINDS)) {
    const file = holder[name];
    if (!isRecord(file) || typeof file.id !== 'string' || !isUuid(file.id)) continue;
    mapped[name] = replace(file, {
      path: path === '' ? name : `${path}.${name}`,
      kind,
      id: file.id.toLowerCase(),
      isVoice: name === 'audio' && file.voice === true,
    });
  }
  return mapped;
}

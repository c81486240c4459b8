import type { SandboxContext } from '../context';
import type { DirectAttachment } from './direct-records';
import { addFile, fileUrl } from './direct-files';
import { MEDIA_SAMPLES } from '../messages/inbound-samples';
import { newObjectId } from '../ids';
import type { JsonObject } from '../json';

const THUMBS_UP = '369239263222822';

/** Attachments that are bytes behind a URL, and the sample that is sent where the caller brings none. */
const FILES: Readonly<Record<string, { sample: string; mimeType: string; name: string }>> = {
  image: { sample: 'image', mimeType: 'image/jpeg', name: 'image-1.jpg' },
  video: { sample: 'video', mimeType: 'video/mp4', name: 'video-1.mp4' },
  audio: { sample: 'audio', mimeType: 'audio/mp4', name: 'audioclip-1.mp4' },
  file: { sample: 'document', mimeType: 'application/pdf', name: 'invoice.pdf' },
  story_mention: { sample: 'image', mimeType: 'image/jpeg', name: 'story.jpg' },
};

const SAMPLES: Readonly<Record<string, Omit<DirectAttachment, 'id' | 'type'>>> = {
  location: {
    title: "Ana's Location",
    url: 'https://www.facebook.com/l.php?u=https%3A%2F%2Fmaps.example%2F',
    payload: { coordinates: { lat: 37.4847, long: -122.1473 } },
  },
  fallback: { title: 'A shared page', url: 'https://blog.example/page', payload: null },
  share: { payload: { url: 'https://www.instagram.com/p/Cshared/' } },
  ig_reel: {
    payload: { reel_video_id: '17900000000000001', title: 'A reel', url: 'https://cdn.example/reel.mp4' },
  },
  reel: {
    payload: { reel_video_id: '1790000000000002', title: 'A reel', url: 'https://cdn.example/reel.mp4' },
  },
  ephemeral: { payload: null },
};

export interface NewAttachment {
  /** `image`, `video`, `audio`, `file`, `location`, `fallback`, `sticker`, `share`, `story_mention`, `ig_reel`, … */
  type: string;
  /** What stands under `payload`; a sample, or the bytes' own URL, where left out. */
  payload?: JsonObject;
  mediaBase64?: string;
  mimeType?: string;
  name?: string;
}

/** An attachment as a person sends it, with bytes that can be downloaded where it has any. */
export function newAttachment(
  context: SandboxContext,
  input: NewAttachment,
): { attachment: DirectAttachment; stickerId?: string } {
  const id = newObjectId();
  if (input.type === 'sticker') {
    const url = fileUrl(context, storeFile(context, { ...input, type: 'image' }).id);
    const attachment = {
      id,
      type: 'image',
      payload: { url, sticker_id: Number(THUMBS_UP), ...input.payload },
    };
    return { attachment, stickerId: THUMBS_UP };
  }
  if (FILES[input.type] || input.mediaBase64 !== undefined) {
    const file = storeFile(context, input);
    const { mimeType, name, bytes } = file;
    const payload = { url: fileUrl(context, file.id), ...input.payload };
    return { attachment: { id: file.id, type: input.type, payload, mimeType, name, size: bytes.length } };
  }
  const sample = SAMPLES[input.type] ?? { payload: null };
  return {
    attachment: { id, type: input.type, ...sample, ...(input.payload && { payload: input.payload }) },
  };
}

function storeFile(context: SandboxContext, input: NewAttachment) {
  const known = FILES[input.type];
  const sample = MEDIA_SAMPLES[known?.sample ?? 'document'];
  return addFile(context, {
    mimeType: input.mimeType ?? known?.mimeType ?? 'application/octet-stream',
    name: input.name ?? known?.name ?? 'file',
    bytes: Buffer.from(input.mediaBase64 ?? sample?.base64 ?? '', 'base64'),
  });
}

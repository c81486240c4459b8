import { publishingError } from './instagram-errors';
import type { InstagramMediaRecord, InstagramTag } from './instagram-records';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import {
  isList,
  isObject,
  numberOf,
  parseJson,
  textListOf,
  textOf,
  type JsonObject,
  type JsonValue,
} from '../json';
import { requireFlag } from '../pages/comment-views';

const MOST_CAPTION_CHARACTERS = 2200;
const MOST_HASHTAGS = 30;
const MOST_MENTIONS = 20;
const MOST_TAGS = 20;
const MOST_COLLABORATORS = 3;
const MOST_ALT_CHARACTERS = 1000;
const FEWEST_ITEMS = 2;
const MOST_ITEMS = 10;

/** What `POST /{ig}/media` asks for, after everything was checked that needs no look at the media. */
export interface ContainerPlan {
  mediaType: InstagramMediaRecord['mediaType'];
  purpose: 'FEED' | 'REELS' | 'STORY' | 'CAROUSEL_ITEM';
  imageUrl?: string;
  videoUrl?: string;
  coverUrl?: string;
  isResumable: boolean;
  childIds: string[];
  caption: string;
  altText?: string;
  tags: InstagramTag[];
  collaborators: string[];
  isSharedToFeed: boolean;
}

type Kind = Pick<ContainerPlan, 'mediaType' | 'purpose'>;

export function readContainerPlan(params: JsonObject): ContainerPlan {
  const kind = kindOf(params);
  const { mediaType, purpose } = kind;
  const coverUrl = textOf(params.cover_url);
  if (coverUrl !== undefined && purpose !== 'REELS')
    throw invalidParameter('Param cover_url is only for reels.');
  checkThumbnail(params, kind);
  checkLocation(params.location_id);
  const audioName = textOf(params.audio_name);
  if (audioName !== undefined && purpose !== 'REELS')
    throw invalidParameter('Param audio_name is only for reels.');
  const altText = altTextOf(params, kind);
  return {
    mediaType,
    purpose,
    ...sourceOf(params, kind),
    ...(coverUrl !== undefined && { coverUrl }),
    childIds: childrenOf(params, kind),
    caption: captionOf(params, kind),
    ...(altText !== undefined && { altText }),
    tags: tagsOf(params, kind),
    collaborators: collaboratorsOf(params, kind),
    isSharedToFeed:
      params.share_to_feed === undefined ? true : requireFlag(params.share_to_feed, 'share_to_feed'),
  };
}

function kindOf(params: JsonObject): Kind {
  const isItem =
    params.is_carousel_item === undefined ? false : requireFlag(params.is_carousel_item, 'is_carousel_item');
  const given = textOf(params.media_type);
  const hasVideo = params.video_url !== undefined;
  switch (given) {
    case undefined:
    case 'IMAGE':
      if (hasVideo) throw invalidParameter('Param media_type must be REELS or STORIES for a video.');
      return { mediaType: 'IMAGE', purpose: isItem ? 'CAROUSEL_ITEM' : 'FEED' };
    case 'VIDEO':
      if (!isItem) throw publishingError(2207067);
      return { mediaType: 'VIDEO', purpose: 'CAROUSEL_ITEM' };
    case 'REELS':
      if (isItem) throw invalidParameter('Reels cannot be carousel items; use VIDEO.');
      return { mediaType: 'VIDEO', purpose: 'REELS' };
    case 'STORIES':
      if (isItem) throw invalidParameter('Stories cannot be carousel items.');
      return {
        mediaType: hasVideo || params.upload_type !== undefined ? 'VIDEO' : 'IMAGE',
        purpose: 'STORY',
      };
    case 'CAROUSEL':
      if (isItem) throw invalidParameter('A carousel cannot be an item of another.');
      return { mediaType: 'CAROUSEL_ALBUM', purpose: 'FEED' };
    default:
      throw publishingError(2207023, `The media type ${given} is unknown.`);
  }
}

function sourceOf(
  params: JsonObject,
  { mediaType }: Kind,
): Pick<ContainerPlan, 'imageUrl' | 'videoUrl' | 'isResumable'> {
  const imageUrl = textOf(params.image_url);
  const videoUrl = textOf(params.video_url);
  const uploadType = textOf(params.upload_type);
  if (imageUrl !== undefined && videoUrl !== undefined) {
    throw invalidParameter('Only one of image_url and video_url may be given.');
  }
  if (mediaType === 'CAROUSEL_ALBUM') {
    if (imageUrl ?? videoUrl ?? uploadType)
      throw invalidParameter('A carousel has children and no media of its own.');
    return { isResumable: false };
  }
  if (mediaType === 'IMAGE') {
    if (uploadType !== undefined) throw invalidParameter('Param upload_type is only for videos.');
    if (imageUrl === undefined) throw missingParameter('image_url');
    return { imageUrl, isResumable: false };
  }
  if (imageUrl !== undefined) throw invalidParameter('A video cannot have an image_url.');
  if (uploadType === undefined) {
    if (videoUrl === undefined) throw missingParameter('video_url');
    return { videoUrl, isResumable: false };
  }
  if (uploadType !== 'resumable') throw invalidParameter('Param upload_type must be one of {resumable}.');
  if (videoUrl !== undefined) throw invalidParameter('Only one of video_url and upload_type may be given.');
  return { isResumable: true };
}

function captionOf(params: JsonObject, { purpose }: Kind): string {
  const caption = textOf(params.caption) ?? '';
  const characters = Array.from(caption).length;
  if (characters > MOST_CAPTION_CHARACTERS) {
    throw publishingError(
      2207010,
      `The submitted image's caption was ${characters} characters long. The maximum number of characters permitted ` +
        `for a caption is ${MOST_CAPTION_CHARACTERS}.`,
    );
  }
  if ((caption.match(/#[\p{L}\p{N}_]+/gu) ?? []).length > MOST_HASHTAGS) {
    throw invalidParameter(`The caption must have at most ${MOST_HASHTAGS} hashtags.`);
  }
  if ((caption.match(/(?<![\w.])@[\w.]+/g) ?? []).length > MOST_MENTIONS) throw publishingError(2207040);
  // Stories and carousel items have none; it is not an error to give one.
  return purpose === 'STORY' || purpose === 'CAROUSEL_ITEM' ? '' : caption;
}

function altTextOf(params: JsonObject, { mediaType, purpose }: Kind): string | undefined {
  const text = textOf(params.alt_text);
  if (text === undefined) return undefined;
  if (mediaType !== 'IMAGE' || purpose === 'STORY') {
    throw invalidParameter('Param alt_text is only for images, alone or in a carousel.');
  }
  if (text.length > MOST_ALT_CHARACTERS) {
    throw invalidParameter(`Length of param alt_text must be less than or equal to ${MOST_ALT_CHARACTERS}`);
  }
  return text;
}

function tagsOf(params: JsonObject, { mediaType }: Kind): InstagramTag[] {
  if (params.user_tags === undefined) return [];
  const given = typeof params.user_tags === 'string' ? parseJson(params.user_tags) : params.user_tags;
  if (!isList(given)) throw invalidParameter('Param user_tags must be an array.');
  if (mediaType === 'CAROUSEL_ALBUM') {
    throw invalidParameter('Param user_tags belongs to the items of a carousel.');
  }
  if (given.length > MOST_TAGS) throw publishingError(2207040);
  return given.map((tag) => readTag(tag, mediaType === 'IMAGE'));
}

function readTag(given: JsonValue, needsPlace: boolean): InstagramTag {
  const tag = isObject(given) ? given : {};
  const username = textOf(tag.username);
  if (username === undefined || username === '')
    throw invalidParameter("Param user_tags['username'] is required.");
  const x = numberOf(tag.x);
  const y = numberOf(tag.y);
  if (x === undefined && y === undefined && !needsPlace) return { username };
  const isPlace = (value: number | undefined): value is number =>
    value !== undefined && value >= 0 && value <= 1;
  if (!isPlace(x) || !isPlace(y)) {
    throw invalidParameter("Params user_tags['x'] and ['y'] must be numbers from 0.0 to 1.0.");
  }
  return { username, x, y };
}

function collaboratorsOf(params: JsonObject, { purpose }: Kind): string[] {
  const names = textListOf(params.collaborators);
  if (names.length > 0 && (purpose === 'STORY' || purpose === 'CAROUSEL_ITEM')) {
    throw invalidParameter('Param collaborators is only for images, reels and carousels.');
  }
  if (names.length > MOST_COLLABORATORS) {
    throw invalidParameter(`Param collaborators must have at most ${MOST_COLLABORATORS} names.`);
  }
  return names;
}

function checkThumbnail(params: JsonObject, { mediaType }: Kind): void {
  if (params.thumb_offset === undefined) return;
  if (mediaType !== 'VIDEO') throw invalidParameter('Param thumb_offset is only for videos.');
  const offset = numberOf(params.thumb_offset);
  if (offset === undefined || !Number.isInteger(offset))
    throw invalidParameter('Param thumb_offset must be an integer.');
  if (offset < 0) throw publishingError(2207057);
}

/** The id of a Page that has a place. */
function checkLocation(value: JsonValue | undefined): void {
  if (value !== undefined && !/^\d+$/.test(textOf(value) ?? '')) {
    throw invalidParameter('Param location_id must be the ID of a Page with a location.');
  }
}

function childrenOf(params: JsonObject, { mediaType }: Kind): string[] {
  if (mediaType !== 'CAROUSEL_ALBUM') {
    if (params.children !== undefined)
      throw invalidParameter('Param children needs the media_type CAROUSEL.');
    return [];
  }
  const ids = textListOf(params.children);
  if (ids.length < FEWEST_ITEMS || ids.length > MOST_ITEMS) throw publishingError(2207028);
  if (new Set(ids).size !== ids.length) throw invalidParameter('Param children names a container twice.');
  return ids;
}

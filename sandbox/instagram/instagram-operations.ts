import type { SandboxControl } from '../control/control';
import {
  flag,
  listed,
  mapOf,
  number,
  oneOf,
  operation,
  optional,
  shaped,
  text,
  texts,
  type Operation,
} from '../control/control-input';

const outcome = oneOf('FINISHED', 'ERROR', 'EXPIRED', 'IN_PROGRESS');
const profile = {
  name: optional(text),
  biography: optional(text),
  website: optional(text),
  followers: optional(number),
  follows: optional(number),
  accountType: optional(oneOf('BUSINESS', 'MEDIA_CREATOR')),
  isRestricted: optional(flag),
};
const media = {
  instagramId: optional(text),
  id: optional(text),
  caption: optional(text),
  mediaType: optional(oneOf('IMAGE', 'VIDEO', 'CAROUSEL_ALBUM')),
  productType: optional(oneOf('FEED', 'REELS', 'STORY', 'AD')),
  createdAt: optional(number),
  likes: optional(number),
  isLive: optional(flag),
  tags: optional(texts),
  items: optional(number),
};
const mediaChange = {
  mediaId: text,
  likes: optional(number),
  hidesLikes: optional(flag),
  isCopyrighted: optional(flag),
  isLive: optional(flag),
  isFromPersonalTime: optional(flag),
};
const verdict = { outcome, subcode: optional(number), afterMs: optional(number) };
const insights = {
  instagramId: optional(text),
  mediaId: optional(text),
  metric: text,
  value: optional(number),
  days: optional(mapOf(number)),
  breakdowns: optional(
    listed(shaped({ dimensions: texts, results: listed(shaped({ values: texts, value: number })) })),
  ),
};
const mention = {
  instagramId: optional(text),
  username: text,
  caption: optional(text),
  comment: optional(text),
  mediaId: optional(text),
  silent: optional(flag),
};

/** Instagram, by `POST /__control/{name}`. */
export function instagramOperations(control: SandboxControl): Record<string, Operation> {
  return {
    'create-instagram-account': operation({ ...profile, id: optional(text), username: text }, (input) =>
      control.createInstagramAccount(input),
    ),
    'update-instagram-account': operation(
      { ...profile, instagramId: optional(text), username: optional(text) },
      (input) => {
        control.updateInstagramAccount(input);
      },
    ),
    'create-instagram-media': operation(media, (input) => control.createInstagramMedia(input)),
    'update-instagram-media': operation(mediaChange, (input) => {
      control.updateInstagramMedia(input);
    }),
    'delete-instagram-media': operation({ mediaId: text }, ({ mediaId }) => {
      control.deleteInstagramMedia(mediaId);
    }),
    'decide-instagram-containers': operation(
      { ...verdict, instagramId: optional(text), times: optional(number) },
      (input) => {
        control.decideInstagramContainers(input);
      },
    ),
    'decide-instagram-container': operation({ ...verdict, containerId: text }, (input) => {
      control.decideInstagramContainer(input);
    }),
    'set-instagram-insights': operation(insights, (input) => {
      control.setInstagramInsights(input);
    }),
    'play-instagram-mention': operation(mention, (input) => control.playInstagramMention(input)),
    'play-instagram-tag': operation(
      { instagramId: optional(text), username: text, caption: optional(text) },
      (input) => control.playInstagramTag(input),
    ),
    'play-story-insights': operation({ mediaId: text }, ({ mediaId }) => ({
      told: control.playStoryInsights(mediaId),
    })),
  };
}

/** `GET /__control/{name}`. */
export function instagramReaders(control: SandboxControl): Record<string, Operation> {
  const filter = { instagramId: optional(text) };
  return {
    'published-instagram-media': operation(filter, (query) => ({
      data: control.publishedInstagramMedia(query),
    })),
    'instagram-containers': operation(filter, (query) => ({ data: control.instagramContainers(query) })),
    'instagram-mention-replies': operation({}, () => ({ data: control.instagramMentionReplies() })),
  };
}

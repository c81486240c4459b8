import type { SandboxControl } from '../control/control';
import {
  flag,
  nullable,
  number,
  oneOf,
  operation,
  optional,
  shaped,
  text,
  texts,
  type Operation,
} from '../control/control-input';
import { directPerson } from '../direct/direct-operations';
import { publishingOperations } from './publishing-operations';

/** Pages and what stands on them, by `POST /__control/{name}`. */
export function pageOperations(control: SandboxControl): Record<string, Operation> {
  const page = {
    tasks: optional(texts),
    withholdsToken: optional(flag),
    ownerBusinessId: optional(text),
  };
  const newPage = {
    ...page,
    id: optional(text),
    name: text,
    instagramUsername: optional(text),
    instagramId: optional(text),
    instagramIsPersonal: optional(flag),
    personId: optional(nullable(text)),
    clientBusinessIds: optional(texts),
  };
  const change = {
    ...page,
    pageId: text,
    name: optional(text),
    isRestricted: optional(flag),
    instagramId: optional(nullable(text)),
    fans: optional(number),
    followers: optional(number),
  };
  const target = {
    pageId: optional(text),
    instagramId: optional(text),
    wabaId: optional(text),
    appId: optional(text),
  };
  const post = {
    pageId: optional(text),
    id: optional(text),
    message: optional(text),
    from: optional(text),
    createdAt: optional(number),
    isPublished: optional(flag),
    scheduledFor: optional(number),
    appId: optional(text),
    link: optional(
      shaped({
        url: text,
        title: optional(text),
        description: optional(text),
        imageUrl: optional(text),
      }),
    ),
    photoUrls: optional(texts),
    shares: optional(number),
    tagsPage: optional(flag),
    isHidden: optional(flag),
    silent: optional(flag),
  };
  const comment = {
    on: text,
    from: directPerson,
    text: optional(text),
    photoUrl: optional(text),
    id: optional(text),
    createdAt: optional(number),
    hideFrom: optional(flag),
    silent: optional(flag),
  };
  const commentChange = {
    commentId: text,
    verb: oneOf('edited', 'remove', 'hide', 'unhide'),
    text: optional(text),
    silent: optional(flag),
  };
  const reaction = {
    on: text,
    from: directPerson,
    reaction: optional(text),
    silent: optional(flag),
  };
  return {
    ...publishingOperations(control),
    'create-page': operation(newPage, (input) => control.createPage(input)),
    'update-page': operation(change, ({ pageId, ...input }) => {
      control.updatePage(pageId, input);
    }),
    'remove-page-role': operation({ pageId: text, personId: optional(text) }, (input) => {
      control.removePageRole(input);
    }),
    unsubscribe: operation(target, (input) => {
      control.unsubscribe(input);
    }),
    'create-post': operation(post, (input) => control.createPost(input)),
    'play-comment': operation(comment, (input) => control.playComment(input)),
    'play-comment-change': operation(commentChange, (input) => ({ told: control.playCommentChange(input) })),
    'play-post-reaction': operation(reaction, (input) => ({ told: control.playPostReaction(input) })),
  };
}

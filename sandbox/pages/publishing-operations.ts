import type { SandboxControl } from '../control/control';
import {
  anything,
  flag,
  mapOf,
  nullable,
  number,
  oneOf,
  operation,
  optional,
  shaped,
  text,
  type Operation,
} from '../control/control-input';
import { directPerson } from '../direct/direct-operations';

const TASKS = ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'] as const;

/** What becomes of posts, and what people do on Pages, by `POST /__control/{name}`. */
export function publishingOperations(control: SandboxControl): Record<string, Operation> {
  const pageId = optional(text);
  const silent = optional(flag);
  const from = directPerson;
  const change = {
    postId: text,
    verb: oneOf('edited', 'remove', 'hide', 'unhide', 'share', 'expire'),
    message: optional(text),
    shares: optional(number),
    silent,
  };
  const verdict = {
    videoId: text,
    outcome: oneOf('ready', 'error'),
    code: optional(number),
    message: optional(text),
  };
  const insight = {
    id: text,
    metric: text,
    value: anything,
    period: optional(oneOf('day', 'week', 'days_28', 'lifetime')),
    endDate: optional(text),
  };
  const usage = shaped({
    callCount: number,
    totalTime: optional(number),
    totalCputime: optional(number),
    minutesToRegain: optional(number),
  });
  const mention = {
    pageId,
    from,
    message: optional(text),
    inComment: optional(flag),
    hideFrom: optional(flag),
    silent,
  };
  const rating = {
    pageId,
    from,
    recommendation: optional(oneOf('positive', 'negative')),
    text: optional(text),
    silent,
  };
  const lead = {
    pageId,
    formId: optional(text),
    adId: optional(text),
    answers: optional(mapOf(text)),
    silent,
  };
  return {
    'delete-post': operation({ postId: text, silent }, (input) => ({ told: control.deletePost(input) })),
    'play-post-change': operation(change, (input) => ({ told: control.playPostChange(input) })),
    'decide-video': operation(verdict, (input) => {
      control.decideVideo(input);
    }),
    'set-insight': operation(insight, (input) => {
      control.setInsight(input);
    }),
    'set-page-usage': operation({ pageId: text, usage: nullable(usage) }, (input) => {
      control.setPageUsage(input);
    }),
    'revoke-page-task': operation({ pageId: text, task: oneOf(...TASKS) }, (input) => {
      control.revokePageTask(input);
    }),
    'play-mention': operation(mention, (input) => control.playMention(input)),
    'play-rating': operation(rating, (input) => control.playRating(input)),
    'play-lead': operation(lead, (input) => control.playLead(input)),
    'play-page-like': operation(
      { pageId, from, verb: optional(oneOf('add', 'remove')), silent },
      (input) => ({ told: control.playPageLike(input) }),
    ),
  };
}

/** `GET /__control/{name}`. */
export function publishingReaders(control: SandboxControl): Record<string, Operation> {
  return {
    'published-posts': operation(
      { pageId: optional(text), appId: optional(text), message: optional(text) },
      (query) => ({ data: control.publishedPosts(query) }),
    ),
    'page-uploads': operation({ pageId: optional(text) }, (query) => ({ data: control.pageUploads(query) })),
  };
}

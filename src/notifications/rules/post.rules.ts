import type { FacebookPostFacts } from '../../domain-events/domain-events';
import { type RuleTable, type Subject, clear, raise } from './finding';

const OUTCOME = 'post.outcome';

/** Whoever ordered a post and had its answer at once knows; these are for what turns out later. */
export const POST_RULES: RuleTable = {
  'facebook.post.unknown': (post) => [
    raise({
      kind: 'facebook.post_unknown',
      topic: OUTCOME,
      group: post.publicationId ?? post.pageId,
      subject: subjectOf(post),
      severity: 'warning',
      isLasting: true,
      one: (name) => ({
        title: `It is being found out whether the post “${name}” was published`,
        message:
          'Meta’s answer was lost. The Page is read again and again until the post is there or certainly is not. Do not post it again meanwhile.',
      }),
      payload: payloadOf(post),
    }),
  ],
  'facebook.post.failed': ({ error, isLate, ...post }) =>
    isLate
      ? [
          raise({
            kind: 'facebook.post_failed',
            topic: OUTCOME,
            group: post.publicationId ?? post.pageId,
            subject: subjectOf(post),
            severity: 'warning',
            isLasting: true,
            one: (name) => ({
              title: `The post “${name}” was not published`,
              message: `${error.message} It can be tried again, or ordered anew.`,
            }),
            payload: { ...payloadOf(post), error },
          }),
        ]
      : over(post),
  'facebook.post.published': over,
  'facebook.post.scheduled': over,
  'facebook.post.removed': over,
};

function over({ publicationId }: FacebookPostFacts) {
  return publicationId === null ? [] : [clear(OUTCOME, publicationId)];
}

function subjectOf({ publicationId, pageId, title }: FacebookPostFacts): Subject {
  return { type: 'facebook_post', id: publicationId ?? pageId, name: title };
}

function payloadOf({ publicationId, pageId, postId }: FacebookPostFacts) {
  return { publicationId, pageId, postId };
}

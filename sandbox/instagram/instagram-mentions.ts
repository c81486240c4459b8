import type { SandboxContext } from '../context';
import { GraphError, invalidParameter, missingParameter } from '../graph/graph-error';
import { pickFields, type EdgeReader, type ReadContext } from '../graph/graph-nodes';
import type { GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import { requireInstagram, requireInstagramTask } from './instagram-access';
import { readCommentText } from './instagram-comments.routes';
import type { MentionRecord, TaggedMedia } from './instagram-state';
import { newObjectId } from '../ids';
import { textOf, type JsonObject } from '../json';
import { listPage } from '../graph/paging';
import { tokenOf } from '../pages/page-access';
import type { InstagramRecord } from '../world';

/** Strangers' media and comments in which the account is mentioned or tagged: readable only through the account. */
export function registerInstagramMentions(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'instagram', 'mentions', (account, { token, params }) => {
    requireInstagram(token, 'comments', account);
    requireInstagramTask(context, account, token, 'MODERATE');
    const mediaId = textOf(params.media_id);
    if (mediaId === undefined) throw missingParameter('media_id');
    const text = readCommentText(context, params);
    const commentId = textOf(params.comment_id);
    const mention = context.instagram.mentions.find(
      (one) => one.instagramId === account.id && one.mediaId === mediaId && one.comment?.id === commentId,
    );
    if (!mention) throw notMentioned(commentId ?? mediaId);
    const id = `180${newObjectId().slice(0, 14)}`;
    context.instagram.mentionReplies.push({
      id,
      instagramId: account.id,
      mediaId,
      ...(commentId !== undefined && { commentId }),
      text,
      createdAt: context.clock.now(),
    });
    return { id };
  });
}

function notMentioned(id: string): GraphError {
  return invalidParameter(`The account is not mentioned in ${id}, or its owner is not public.`);
}

/** `mentioned_media.media_id(1){…}` */
export function mentionedMedia(context: SandboxContext): EdgeReader<InstagramRecord> {
  return (account, read) => {
    const id = argument(account, read, 'media_id');
    const mention = context.instagram.mentions.find(
      (one) => one.instagramId === account.id && one.mediaId === id,
    );
    if (!mention) throw notMentioned(id);
    return chosen(mediaView(mention), read);
  };
}

/** `mentioned_comment.comment_id(1){…}` */
export function mentionedComment(context: SandboxContext): EdgeReader<InstagramRecord> {
  return (account, read) => {
    const id = argument(account, read, 'comment_id');
    const mention = context.instagram.mentions.find(
      (one) => one.instagramId === account.id && one.comment?.id === id,
    );
    if (!mention?.comment) throw notMentioned(id);
    const { text, createdAt, likes } = mention.comment;
    const media = mediaView(mention);
    return chosen({ id, text, timestamp: graphTime(createdAt), like_count: likes, media }, read);
  };
}

function argument(account: InstagramRecord, read: ReadContext, name: string): string {
  const token = tokenOf(read.request);
  requireInstagram(token, 'basic', account);
  requireInstagram(token, 'comments', account);
  const value = read.args[name];
  if (value === undefined) throw missingParameter(name);
  return value;
}

/** Without chosen fields only the id. */
function chosen(item: JsonObject, { children }: ReadContext): JsonObject {
  return pickFields(item, children ?? [{ name: 'id', as: 'id', args: {} }]);
}

function mediaView({ mediaId, ...media }: MentionRecord): JsonObject {
  return foreignView({ id: mediaId, ...media });
}

function foreignView({ id, caption, mediaType, username, createdAt, likes }: TaggedMedia): JsonObject {
  return {
    id,
    ...(caption !== '' && { caption }),
    media_type: mediaType,
    media_url: `https://scontent.example/${id}.jpg`,
    permalink: `https://www.instagram.com/p/C${id}/`,
    timestamp: graphTime(createdAt),
    username,
    like_count: likes,
    comments_count: 0,
  };
}

/** `GET /{ig}/tags`: where others have tagged the account, the newest first. */
export function taggedMedia(context: SandboxContext): EdgeReader<InstagramRecord> {
  return (account, read) => {
    const token = tokenOf(read.request);
    requireInstagram(token, 'basic', account);
    requireInstagram(token, 'comments', account);
    const own = context.world
      .all('instagram-media')
      .filter((media) => media.tags.some(({ username }) => username === account.username))
      .map((media): TaggedMedia => ({
        ...media,
        username: context.world.get('instagram', media.instagramId).username,
      }));
    const tagged = [
      ...context.instagram.tagged.filter(({ instagramId }) => instagramId === account.id),
      ...own,
    ];
    return listPage(
      tagged.sort((a, b) => b.createdAt - a.createdAt),
      read,
      {
        path: `/${account.id}/tags`,
        keyOf: ({ id }) => id,
        render: (item) => chosen(foreignView(item), read),
      },
    );
  };
}

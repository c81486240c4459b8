import type { SandboxContext } from '../context';
import { deletedMessage, noConsent, noSuchInstagramPerson } from './direct-errors';
import type {
  ConversationRecord,
  DirectAttachment,
  DirectMessageRecord,
  ScopedUserRecord,
} from './direct-records';
import { fileUrl } from './direct-files';
import { unknownObject } from '../graph/graph-error';
import { pickFields, readNode, type NodeType, type ReadContext } from '../graph/graph-nodes';
import type { GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import type { JsonObject } from '../json';
import { ownerOf } from './direct-owner';
import { requirePageToken } from '../pages/page-access';
import { listPage } from '../graph/paging';
import { DAY_MS, type TokenRecord } from '../login/tokens';

/** The nodes behind the Conversations API: conversations, their messages, and the people in them. */
export function registerDirectNodes(router: GraphRouter, context: SandboxContext): void {
  router.type('conversation', conversationType(context));
  router.type('direct-message', messageType(context));
  router.type('scoped-user', personType());
  for (const edge of ['', 'messages']) {
    router.on('GET', 'conversation', edge, (_conversation, { token }) => {
      requireOwnersToken(token);
      return undefined;
    });
  }
  router.on('GET', 'direct-message', '', (message, { token }) => {
    requireOwnersToken(token);
    if (!isReadable(context, message)) throw deletedMessage();
    return undefined;
  });
  router.on('GET', 'scoped-user', '', (user, { token, method }) => {
    requireOwnersToken(token);
    if (user.isGone)
      throw user.platform === 'instagram' ? noSuchInstagramPerson() : unknownObject(user.id, method);
    if (user.platform === 'instagram' && !user.hasConsented) throw noConsent();
    return undefined;
  });
}

function requireOwnersToken(token: TokenRecord): void {
  if (token.kind !== 'INSTAGRAM') requirePageToken(token);
}

export function conversationType(context: SandboxContext): NodeType<ConversationRecord> {
  const { world, direct, clock, settings } = context;
  const people = (conversation: ConversationRecord) => {
    const user = world.get('scoped-user', conversation.userId);
    return [personView(user), ownerView(context, conversation)];
  };
  return {
    name: 'UnifiedThread',
    defaults: ['updated_time', 'link'],
    fields: {
      updated_time: (conversation) => graphTime(conversation.updatedAt),
      link: ({ platform, ownerId, userId }) =>
        platform === 'messenger' ? `/${ownerId}/inbox/${userId}/?section=messages` : undefined,
      message_count: ({ messageIds }) => messageIds.length,
      unread_count: ({ unread }) => unread,
      can_reply: ({ windowOpenedAt }) => windowOpenedAt !== null && clock.now() - windowOpenedAt < DAY_MS,
      snippet: (conversation) => direct.messagesOf(conversation).at(-1)?.text,
      platform: ({ platform }) => platform,
      name: (conversation) => world.get('scoped-user', conversation.userId).name,
    },
    edges: {
      participants: (conversation, read) => ({ data: picked(people(conversation), read) }),
      senders: (conversation, read) => ({ data: picked(people(conversation), read) }),
      messages: (conversation, read) => {
        const newestFirst = direct.messagesOf(conversation).reverse();
        const readable = new Set(newestFirst.slice(0, settings.messaging.readableMessages));
        return listPage(newestFirst, read, {
          path: `/${conversation.id}/messages`,
          keyOf: ({ id }) => id,
          // Of older messages only the id and the time are given.
          render: (message) =>
            readable.has(message)
              ? readNode(messageType(context), message, read.children, read.request)
              : { id: message.id, created_time: graphTime(message.createdAt) },
        });
      },
    },
  };
}

function picked(items: JsonObject[], { children }: ReadContext): JsonObject[] {
  return items.map((item) => pickFields(item, children));
}

function isReadable({ world, settings }: SandboxContext, message: DirectMessageRecord): boolean {
  if (message.isDeleted) return false;
  const conversation = world.get('conversation', message.conversationId);
  return conversation.messageIds.slice(-settings.messaging.readableMessages).includes(message.id);
}

function messageType(context: SandboxContext): NodeType<DirectMessageRecord> {
  const ends = (message: DirectMessageRecord): [JsonObject, JsonObject] => {
    const user = personView(context.world.get('scoped-user', message.userId));
    const owner = ownerView(context, message);
    return message.fromBusiness ? [owner, user] : [user, owner];
  };
  return {
    name: 'Message',
    defaults: ['created_time'],
    fields: {
      created_time: ({ createdAt }) => graphTime(createdAt),
      message: ({ text }) => text,
      from: (message) => ends(message)[0],
      sticker: ({ stickerId, attachments }) =>
        stickerId === undefined ? undefined : attachments[0]?.payload?.url,
      is_unsupported: ({ isUnsupported }) => (isUnsupported ? true : undefined),
      story: ({ story }) => story && { [story.kind]: { link: story.url, id: story.id } },
      reply_to: ({ replyTo }) => (replyTo === undefined ? undefined : { mid: replyTo }),
      thread_id: ({ conversationId }) => conversationId,
    },
    edges: {
      to: (message, read) => ({ data: picked([ends(message)[1]], read) }),
      tags: ({ platform }) => ({ data: [{ name: 'inbox' }, { name: platform }] }),
      // Lists that are empty are left out by Graph; an empty `data` says the same to every reader.
      attachments: (message, read) => ({
        data: picked(
          message.attachments
            .filter(isFile)
            .map((attachment) => attachmentView(context, message, attachment)),
          read,
        ),
      }),
      shares: (message, read) => ({
        data: picked(message.attachments.filter((attachment) => !isFile(attachment)).map(shareView), read),
      }),
      reactions: (message, read) => ({ data: picked(reactionViews(context, message), read) }),
    },
  };
}

const isFile = ({ type }: DirectAttachment): boolean =>
  ['image', 'video', 'audio', 'file', 'template'].includes(type);

function attachmentView(
  context: SandboxContext,
  { platform }: DirectMessageRecord,
  attachment: DirectAttachment,
): JsonObject {
  const { id, type, mimeType, name, size, payload } = attachment;
  if (type === 'template') return { id, generic_template: payload ?? {} };
  const given = typeof payload?.url === 'string' ? payload.url : '';
  const url = context.direct.files.has(id) ? fileUrl(context, id) : given;
  const content = dataOf(type, url);
  if (platform === 'instagram') return content;
  return {
    id,
    ...(mimeType !== undefined && { mime_type: mimeType }),
    ...(name !== undefined && { name }),
    ...(size !== undefined && { size }),
    ...content,
  };
}

function dataOf(type: string, url: string): JsonObject {
  if (type === 'image') return { image_data: { width: 1, height: 1, url, preview_url: url, image_type: 1 } };
  if (type === 'video') return { video_data: { width: 1, height: 1, length: 1, url, preview_url: url } };
  return { file_url: url };
}

function shareView({ title, url, payload }: DirectAttachment): JsonObject {
  const link = url ?? (typeof payload?.url === 'string' ? payload.url : undefined);
  return { ...(link !== undefined && { link }), ...(title !== undefined && { name: title }) };
}

function reactionViews({ world }: SandboxContext, message: DirectMessageRecord): JsonObject[] {
  const byReaction = new Map<string, JsonObject[]>();
  for (const { reaction, userId } of message.reactions) {
    const user = world.findKind('scoped-user', userId);
    const users = byReaction.get(reaction) ?? [];
    users.push(user ? personView(user) : { id: userId });
    byReaction.set(reaction, users);
  }
  return [...byReaction].map(([reaction, users]) => ({ reaction, users }));
}

function personView({ id, name, username, platform }: ScopedUserRecord): JsonObject {
  return platform === 'instagram' ? { username, id } : { name, email: `${id}@facebook.com`, id };
}

function ownerView(context: SandboxContext, { ownerId }: { ownerId: string }): JsonObject {
  const { id, name, username, platform } = ownerOf(context, ownerId);
  return platform === 'instagram' ? { username, id } : { name, email: `${id}@facebook.com`, id };
}

function personType(): NodeType<ScopedUserRecord> {
  const onInstagram =
    (value: string | number | boolean) =>
    ({ platform }: ScopedUserRecord) =>
      platform === 'instagram' ? value : undefined;
  const onMessenger = (value: (user: ScopedUserRecord) => string | number) => (user: ScopedUserRecord) =>
    user.platform === 'messenger' ? value(user) : undefined;
  return {
    name: 'User',
    defaults: ['name', 'first_name', 'last_name', 'profile_pic'],
    fields: {
      name: ({ name }) => name,
      first_name: onMessenger(({ name }) => name.split(' ')[0] ?? name),
      last_name: onMessenger(({ name }) => name.split(' ').slice(1).join(' ')),
      locale: onMessenger(() => 'en_US'),
      timezone: onMessenger(() => 0),
      gender: onMessenger(() => 'female'),
      profile_pic: ({ id }) => `https://scontent.example/people/${id}.jpg`,
      username: ({ username, platform }) => (platform === 'instagram' ? username : undefined),
      follower_count: onInstagram(42),
      is_user_follow_business: onInstagram(true),
      is_business_follow_user: onInstagram(false),
      is_verified_user: onInstagram(false),
    },
    edges: {},
  };
}

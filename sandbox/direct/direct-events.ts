import type { SandboxContext } from '../context';
import type { DirectPersonReference } from './direct-inbox';
import type { DirectMessageRecord, ScopedUserRecord } from './direct-records';
import { newAttachment, type NewAttachment } from './direct-samples';
import { readContent } from './direct-follow-ups';
import { messageContent, tellDirect } from './direct-webhooks';
import type { JsonObject } from '../json';
import { ownerOf, type DirectOwner } from './direct-owner';

export interface DirectAddress {
  /** The Page written to; the first Page where neither is given. */
  pageId?: string;
  /** The Instagram account written to. */
  instagramId?: string;
}

/** A message that a person sends to a Page or an Instagram account. */
export interface DirectMessageInput extends DirectAddress {
  /** PSID or IGSID, or the person's name, or more of it. */
  from: string | DirectPersonReference;
  text?: string;
  attachments?: NewAttachment[];
  /** Payload of the quick reply that the person chose. */
  quickReply?: string;
  /** Message id that is answered. */
  replyTo?: string;
  /** Instagram: a story of the account that is answered, or one of the person's that mentions it. */
  story?: { kind?: 'reply_to' | 'mention'; id?: string; url?: string };
  /** How the person came: stands inside `message`, as with ads. */
  referral?: JsonObject;
  isUnsupported?: boolean;
  /** More keys inside `message`. */
  extra?: JsonObject;
  id?: string;
  /** Unix ms; an earlier instant puts the message at its place in the past. */
  timestamp?: number;
  /** Stored, but told to nobody: history from before a connection, or a message whose webhook was lost. */
  silent?: boolean;
  /** Told as `standby`: another app owns the thread. */
  standby?: boolean;
}

export interface DirectReceipt {
  messageId: string;
  conversationId: string;
  /** PSID or IGSID. */
  userId: string;
  /** Apps that were told; 0 = nobody is subscribed. */
  told: number;
}

export function addressed(context: SandboxContext, { pageId, instagramId }: DirectAddress): DirectOwner {
  if (instagramId !== undefined) return ownerOf(context, context.world.get('instagram', instagramId).id);
  return ownerOf(context, pageId ?? context.world.first('page').id);
}

export function playDirectMessage(context: SandboxContext, input: DirectMessageInput): DirectReceipt {
  const owner = addressed(context, input);
  const user = context.direct.person(owner, input.from);
  const made = [
    ...(input.attachments ?? []),
    ...(input.story?.kind === 'mention' ? [{ type: 'story_mention', ...storyPayload(input.story) }] : []),
  ].map((attachment) => newAttachment(context, attachment));
  const isEmpty = made.length === 0 && input.isUnsupported !== true;
  const stickerId = made.find((one) => one.stickerId !== undefined)?.stickerId;
  const story = input.story && storyOf(input.story, made[0]?.attachment.payload);
  const message = context.direct.add(owner, user, {
    fromBusiness: false,
    createdAt: input.timestamp ?? context.clock.now(),
    text: input.text ?? (isEmpty ? 'Hello' : ''),
    attachments: made.map(({ attachment }) => attachment),
    isUnsupported: input.isUnsupported ?? false,
    ...(input.id !== undefined && { id: input.id }),
    ...(input.replyTo !== undefined && { replyTo: input.replyTo }),
    ...(stickerId !== undefined && { stickerId }),
    ...(story && { story }),
  });
  user.hasConsented = true;
  context.direct.openWindow(message);
  const content = {
    ...messageContent(message),
    ...(input.quickReply !== undefined && { quick_reply: { payload: input.quickReply } }),
    ...(input.referral && { referral: input.referral }),
    ...input.extra,
  };
  return receipt(
    message,
    input.silent === true ? 0 : tell(context, owner, message, { message: content }, input),
  );
}

function tell(
  context: SandboxContext,
  owner: DirectOwner,
  message: DirectMessageRecord,
  content: JsonObject,
  { standby }: { standby?: boolean },
): number {
  return tellDirect(context, owner, {
    event: 'message',
    userId: message.userId,
    timestamp: message.createdAt,
    content,
    ...(standby === true && { standby }),
  });
}

function receipt(message: DirectMessageRecord, told: number): DirectReceipt {
  return { messageId: message.id, conversationId: message.conversationId, userId: message.userId, told };
}

function storyPayload({ url }: { url?: string }): { payload?: JsonObject } {
  return url === undefined ? {} : { payload: { url } };
}

function storyOf(
  { kind = 'reply_to', id, url }: NonNullable<DirectMessageInput['story']>,
  payload: JsonObject | null | undefined,
): NonNullable<DirectMessageRecord['story']> {
  const fromFile = typeof payload?.url === 'string' ? payload.url : undefined;
  return { kind, id: id ?? '17900000000000009', url: url ?? fromFile ?? 'https://cdn.example/story.jpg' };
}

export interface PostbackInput extends DirectAddress {
  from: string | DirectPersonReference;
  title: string;
  payload: string;
  referral?: JsonObject;
  timestamp?: number;
  silent?: boolean;
}

/** The person presses a button that we sent: it stands in the conversation as a message with the button's title. */
export function playDirectPostback(context: SandboxContext, input: PostbackInput): DirectReceipt {
  const owner = addressed(context, input);
  const user = context.direct.person(owner, input.from);
  const message = context.direct.add(owner, user, {
    fromBusiness: false,
    createdAt: input.timestamp ?? context.clock.now(),
    text: input.title,
  });
  user.hasConsented = true;
  context.direct.openWindow(message);
  const { title, payload, referral } = input;
  const postback = { mid: message.id, title, payload, ...(referral && { referral }) };
  const told =
    input.silent === true
      ? 0
      : tellDirect(context, owner, {
          event: 'postback',
          userId: user.id,
          timestamp: message.createdAt,
          content: { postback },
        });
  return receipt(message, told);
}

/** The person's own reaction to any message of the conversation; without `reaction` it is taken away. */
export function playDirectReaction(
  context: SandboxContext,
  input: { messageId: string; reaction?: string; emoji?: string },
): number {
  const message = context.world.get('direct-message', input.messageId);
  message.reactions = message.reactions.filter(({ userId }) => userId !== message.userId);
  const { reaction, emoji = '❤' } = input;
  if (reaction !== undefined) message.reactions.push({ userId: message.userId, reaction, emoji });
  return tellDirect(context, ownerOf(context, message.ownerId), {
    event: 'reaction',
    userId: message.userId,
    content: {
      reaction: {
        mid: message.id,
        action: reaction === undefined ? 'unreact' : 'react',
        ...(reaction !== undefined && { reaction, emoji }),
      },
    },
  });
}

/** The person has read everything up to one of our messages; the newest where none is named. */
export function playDirectRead(
  context: SandboxContext,
  input: DirectAddress & { from: string | DirectPersonReference; messageId?: string },
): number {
  const owner = addressed(context, input);
  const user = context.direct.person(owner, input.from);
  const conversation = context.direct.findConversation(owner.id, user.id);
  const ours = conversation
    ? context.direct.messagesOf(conversation).filter(({ fromBusiness }) => fromBusiness)
    : [];
  const last = input.messageId === undefined ? ours.at(-1) : ours.find(({ id }) => id === input.messageId);
  if (!last) throw new Error('There is no such message of the business to this person.');
  for (const message of ours) {
    if (message.createdAt <= last.createdAt && !message.told.includes('read')) message.told.push('read');
  }
  return tellDirect(context, owner, { event: 'read', userId: user.id, content: { read: readContent(last) } });
}

/** The person edits a message of his or her own. */
export function playDirectEdit(
  context: SandboxContext,
  input: { messageId: string; text: string; silent?: boolean },
): number {
  const message = ownMessage(context, input.messageId);
  message.text = input.text;
  message.edits++;
  if (input.silent === true) return 0;
  return tellDirect(context, ownerOf(context, message.ownerId), {
    event: 'edit',
    userId: message.userId,
    content: { message_edit: { mid: message.id, text: input.text, num_edit: message.edits } },
  });
}

/** The person takes a message back. */
export function playDirectUnsend(
  context: SandboxContext,
  input: { messageId: string; silent?: boolean },
): number {
  const message = ownMessage(context, input.messageId);
  context.direct.unsend(message);
  if (input.silent === true) return 0;
  return tellDirect(context, ownerOf(context, message.ownerId), {
    event: 'message',
    userId: message.userId,
    content: { message: { mid: message.id, is_deleted: true } },
  });
}

function ownMessage(context: SandboxContext, id: string): DirectMessageRecord {
  const message = context.world.get('direct-message', id);
  if (message.fromBusiness) throw new Error(`${id} was not written by the person.`);
  return message;
}

/** A human answers in Meta's own inbox: the app hears of it by an echo without its own id. */
export function playInboxReply(
  context: SandboxContext,
  input: DirectAddress & {
    to: string | DirectPersonReference;
    text?: string;
    attachments?: NewAttachment[];
    appId?: string;
    id?: string;
    timestamp?: number;
    silent?: boolean;
  },
): DirectReceipt {
  const owner = addressed(context, input);
  const user: ScopedUserRecord = context.direct.person(owner, input.to);
  const made = (input.attachments ?? []).map((attachment) => newAttachment(context, attachment));
  const message = context.direct.add(owner, user, {
    fromBusiness: true,
    createdAt: input.timestamp ?? context.clock.now(),
    text: input.text ?? (made.length === 0 ? 'How can we help?' : ''),
    attachments: made.map(({ attachment }) => attachment),
    ...(input.id !== undefined && { id: input.id }),
    ...(input.appId !== undefined && { appId: input.appId }),
  });
  const told =
    input.silent === true
      ? 0
      : tellDirect(context, owner, {
          event: 'echo',
          userId: user.id,
          fromBusiness: true,
          timestamp: message.createdAt,
          content: { message: messageContent(message) },
        });
  return receipt(message, told);
}

import type { SandboxContext } from '../context';
import type { DirectAttachment, DirectMessageRecord } from './direct-records';
import type { JsonObject } from '../json';
import type { DirectOwner } from './direct-owner';

export type DirectEvent =
  | 'message'
  | 'echo'
  | 'edit'
  | 'reaction'
  | 'delivery'
  | 'read'
  | 'postback'
  | 'referral'
  | 'optin'
  | 'handover';

/** The webhook field that an event belongs to. Instagram has no deliveries, and tells echoes among the messages. */
const FIELDS: Readonly<Record<DirectOwner['platform'], Partial<Record<DirectEvent, string>>>> = {
  messenger: {
    message: 'messages',
    echo: 'message_echoes',
    edit: 'message_edits',
    reaction: 'message_reactions',
    delivery: 'message_deliveries',
    read: 'message_reads',
    postback: 'messaging_postbacks',
    referral: 'messaging_referrals',
    optin: 'messaging_optins',
    handover: 'messaging_handovers',
  },
  instagram: {
    message: 'messages',
    echo: 'messages',
    edit: 'message_edit',
    reaction: 'message_reactions',
    read: 'messaging_seen',
    postback: 'messaging_postbacks',
    referral: 'messaging_referral',
    optin: 'messaging_optins',
    handover: 'messaging_handover',
  },
};

export interface DirectItem {
  event: DirectEvent;
  userId: string;
  fromBusiness?: boolean;
  /** Unix ms; now where left out. */
  timestamp?: number;
  /** What stands beside sender, recipient and timestamp. */
  content: JsonObject;
  standby?: boolean;
  /** Meta knows who it is, but does not tell: opt-ins by `user_ref`. */
  withoutSender?: boolean;
  /** Only this app is told. */
  appId?: string;
}

/** Tells one item of `messaging[]` to every subscribed app. Returns how many apps are told. */
export function tellDirect(context: SandboxContext, owner: DirectOwner, item: DirectItem): number {
  const field = FIELDS[owner.platform][item.event];
  if (field === undefined) return 0;
  const ownerAppId = context.direct.findConversation(owner.id, item.userId)?.ownerAppId ?? null;
  const [sender, recipient] = item.fromBusiness === true ? [owner.id, item.userId] : [item.userId, owner.id];
  return context.webhooks.emitMessaging({
    object: owner.platform === 'messenger' ? 'page' : 'instagram',
    ownerId: owner.id,
    field,
    item: {
      ...(item.withoutSender !== true && { sender: { id: sender } }),
      recipient: { id: recipient },
      timestamp: item.timestamp ?? context.clock.now(),
      ...item.content,
    },
    ...(item.standby === true && { standby: true }),
    // Who does not control the thread listens only. Handovers themselves are told to whom they concern.
    ...(ownerAppId !== null && item.event !== 'handover' && { ownerAppId }),
    ...(item.appId !== undefined && { appId: item.appId }),
  });
}

/** Tells one app that a thread came to it, was taken from it, or is asked for. */
export function tellHandover(
  context: SandboxContext,
  owner: DirectOwner,
  userId: string,
  appId: string,
  content: JsonObject,
): number {
  return tellDirect(context, owner, { event: 'handover', userId, appId, content });
}

/** `message` as webhooks carry it. */
export function messageContent(message: DirectMessageRecord): JsonObject {
  return {
    mid: message.id,
    ...(message.fromBusiness && { is_echo: true }),
    ...(message.appId !== undefined && { app_id: idAsMetaWrites(message.appId) }),
    ...(message.metadata !== undefined && { metadata: message.metadata }),
    ...(message.text !== '' && { text: message.text }),
    ...(message.isUnsupported && { is_unsupported: true }),
    ...(message.stickerId !== undefined && { sticker_id: idAsMetaWrites(message.stickerId) }),
    ...(message.attachments.length > 0 && { attachments: message.attachments.map(attachmentContent) }),
    ...replyContent(message),
  };
}

function attachmentContent(attachment: DirectAttachment): JsonObject {
  const { type, payload, title, url } = attachment;
  if (type === 'ephemeral') return { type };
  return { type, ...(title !== undefined && { title }), ...(url !== undefined && { url }), payload };
}

function replyContent({ replyTo, story }: DirectMessageRecord): JsonObject {
  if (story?.kind === 'reply_to') return { reply_to: { story: { id: story.id, url: story.url } } };
  return replyTo === undefined ? {} : { reply_to: { mid: replyTo } };
}

/** App and sticker ids stand in webhooks as JSON numbers. */
function idAsMetaWrites(id: string): number | string {
  return Number.isSafeInteger(Number(id)) ? Number(id) : id;
}

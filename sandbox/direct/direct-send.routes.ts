import type { SandboxContext } from '../context';
import { upload, type Upload } from './direct-attachments';
import {
  controlledElsewhere,
  noMessagingPermission,
  outsideWindow,
  restrictedPage,
  rolesOnly,
  tooManyCalls,
  unavailablePerson,
} from './direct-errors';
import { scheduleFollowUps } from './direct-follow-ups';
import { checkAttachment, checkDirectMessage } from './direct-message-rules';
import { requireMessaging } from './direct-permissions';
import { findRecipient, type Recipient } from './direct-recipients';
import { invalidParameter, missingParameter, unknownObject } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { isObject, objectOf, textOf, type JsonObject } from '../json';
import { requirePageToken, requireTask } from '../pages/page-access';
import { DAY_MS, HOUR_MS } from '../login/tokens';
import { act } from './sender-actions';

const MESSAGING_TYPES = ['RESPONSE', 'UPDATE', 'MESSAGE_TAG'];
const NOTIFICATION_TYPES = ['REGULAR', 'SILENT_PUSH', 'NO_PUSH'];

/** The Send API, of Pages (Messenger and the linked Instagram account) and of Instagram Login. */
export function registerDirectSend(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'page', 'messages', (page, request) => {
    requirePageToken(request.token);
    requireTask(page, 'MESSAGING');
    if (page.isRestricted) throw restrictedPage();
    const owners = page.instagramId === undefined ? [page.id] : [page.id, page.instagramId];
    return send(context, owners, request);
  });
  router.on('POST', 'instagram', 'messages', (account, request) => {
    if (request.token.kind !== 'INSTAGRAM') throw unknownObject(account.id, request.method);
    return send(context, [account.id], request);
  });
  router.on('POST', 'page', 'message_attachments', async (page, request) => {
    requirePageToken(request.token);
    requireTask(page, 'MESSAGING');
    const platform =
      textOf(request.params.platform)?.toLowerCase() === 'instagram' ? 'instagram' : 'messenger';
    const attachment = objectOf(objectOf(request.params.message).attachment);
    const hasFile = request.files.length > 0;
    checkAttachment(attachment, platform, hasFile);
    if (attachment.type === 'template' || objectOf(attachment.payload).attachment_id !== undefined) {
      throw invalidParameter('Only a file can be uploaded: by url, or with the call.');
    }
    const { attachmentId } = await upload(context, { ownerId: page.id }, attachment, request);
    return { attachment_id: attachmentId };
  });
}

async function send(
  context: SandboxContext,
  ownerIds: string[],
  request: AuthenticatedRequest,
): Promise<JsonObject> {
  const { params, token } = request;
  const recipient = findRecipient(context, ownerIds, params);
  const { owner, user } = recipient;
  requireMessaging(token, owner);
  if (owner.platform === 'messenger' && !context.settings.messaging.isAppLive) throw rolesOnly();
  checkControl(context, recipient, token.appId);
  if (params.sender_action !== undefined) return act(context, recipient, params);
  if (!isObject(params.message)) throw missingParameter('message');
  const { message } = params;
  const given = checkDirectMessage(message, owner.platform, request.files.length > 0);
  checkShares(context, recipient, given);
  checkReplyTo(context, recipient, params);
  checkNotification(params);
  if (user.isUnavailable) throw unavailablePerson();
  checkWindow(context, recipient, params);
  checkRate(context, recipient, given.length > 0);
  const target = { ownerId: owner.page?.id ?? owner.id, userId: user.id };
  const made: Upload[] = [];
  for (const attachment of given) made.push(await upload(context, target, attachment, request));
  return accept(context, recipient, made, request);
}

/** In a handover only one app may write. A private reply begins a thread, and needs none. */
function checkControl(context: SandboxContext, { owner, user, answered }: Recipient, appId: string): void {
  if (answered) return;
  const ownerAppId = context.direct.findConversation(owner.id, user.id)?.ownerAppId ?? null;
  if (ownerAppId !== null && ownerAppId !== appId) throw controlledElsewhere();
}

/** Only the account's own media can be shared. */
function checkShares({ world }: SandboxContext, { owner }: Recipient, given: readonly JsonObject[]): void {
  for (const { type, payload } of given) {
    if (textOf(type)?.toLowerCase() !== 'media_share') continue;
    const id = textOf(objectOf(payload).id) ?? '';
    if (world.findKind('instagram-media', id)?.instagramId !== owner.id) {
      throw invalidParameter(`The media ${id} does not exist, or is not of this account.`);
    }
  }
}

function checkReplyTo({ world }: SandboxContext, { owner, user }: Recipient, params: JsonObject): void {
  if (params.reply_to === undefined) return;
  const message = world.findKind('direct-message', textOf(objectOf(params.reply_to).mid) ?? '');
  if (message?.ownerId !== owner.id || message.userId !== user.id) {
    throw invalidParameter("Param reply_to['mid'] is not a message of this conversation.");
  }
}

function checkNotification(params: JsonObject): void {
  const type = textOf(params.notification_type);
  if (type === undefined || NOTIFICATION_TYPES.includes(type)) return;
  throw invalidParameter(`Param notification_type must be one of {${NOTIFICATION_TYPES.join(', ')}}.`);
}

function checkWindow(context: SandboxContext, recipient: Recipient, params: JsonObject): void {
  const { owner, user, answered, hasOptedIn } = recipient;
  const type = textOf(params.messaging_type);
  if (type !== undefined && !MESSAGING_TYPES.includes(type)) {
    throw invalidParameter(`Param messaging_type must be one of {${MESSAGING_TYPES.join(', ')}}.`);
  }
  const tag = textOf(params.tag);
  if (type === 'MESSAGE_TAG' && tag === undefined) throw missingParameter('tag');
  // The tags for updates of orders and accounts have been refused since 2026-04-27.
  if (tag !== undefined && tag !== 'HUMAN_AGENT')
    throw invalidParameter(`Param tag must be HUMAN_AGENT - got "${tag}".`);
  if (tag !== undefined && type !== undefined && type !== 'MESSAGE_TAG') {
    throw invalidParameter('Param tag needs the messaging_type MESSAGE_TAG.');
  }
  if (answered !== undefined || hasOptedIn === true) return;
  if (tag !== undefined && !context.settings.messaging.humanAgent) throw noMessagingPermission();
  const openedAt = context.direct.findConversation(owner.id, user.id)?.windowOpenedAt ?? null;
  const windowMs = tag === undefined ? DAY_MS : 7 * DAY_MS;
  if (openedAt === null || context.clock.now() - openedAt >= windowMs) throw outsideWindow(owner.platform);
}

function checkRate(context: SandboxContext, { owner, answered }: Recipient, hasMedia: boolean): void {
  const { messaging } = context.settings;
  const texts = owner.platform === 'messenger' ? messaging.textsPerSecond : messaging.instagramTextsPerSecond;
  const isAllowed = hasMedia
    ? take(context, `media ${owner.id}`, messaging.mediaPerSecond, 1000)
    : take(context, `texts ${owner.id}`, texts, 1000);
  if (!isAllowed) throw tooManyCalls();
  if (answered && !take(context, `private replies ${owner.id}`, messaging.privateRepliesPerHour, HOUR_MS)) {
    throw tooManyCalls();
  }
}

function take({ buckets, clock }: SandboxContext, key: string, limit: number, periodMs: number): boolean {
  return limit <= 0 || buckets.take(key, limit, periodMs / limit, clock.now());
}

function accept(
  context: SandboxContext,
  { owner, user, answered, hidesPerson }: Recipient,
  made: readonly Upload[],
  { params, token }: AuthenticatedRequest,
): JsonObject {
  const { direct, clock } = context;
  const content = objectOf(params.message);
  const replyTo = textOf(objectOf(params.reply_to).mid);
  const metadata = context.settings.messaging.echoesMetadata ? textOf(content.metadata) : undefined;
  const stickerId = textOf(content.sticker_id);
  const message = direct.add(owner, user, {
    fromBusiness: true,
    createdAt: clock.now(),
    appId: token.appId,
    text: textOf(content.text) ?? '',
    attachments: made.map(({ attachment }) => attachment),
    ...(replyTo !== undefined && { replyTo }),
    ...(metadata !== undefined && { metadata }),
    ...(stickerId !== undefined && { stickerId }),
  });
  if (answered && answered.kind !== 'post') answered.isPrivatelyAnswered = true;
  const { access_token: _token, appsecret_proof: _proof, ...body } = params;
  direct.sent.push({
    id: message.id,
    acceptedAt: message.createdAt,
    appId: token.appId,
    platform: owner.platform,
    ownerId: owner.id,
    userId: user.id,
    isPrivateReply: answered !== undefined,
    body,
    told: message.told,
  });
  scheduleFollowUps(context, message);
  const reusable = made.find(({ isReusable }) => isReusable)?.attachmentId;
  return {
    ...(hidesPerson !== true && { recipient_id: user.id }),
    message_id: message.id,
    ...(reusable !== undefined && { attachment_id: reusable }),
  };
}

import { allows } from '../graph/access';
import type { SandboxContext } from '../context';
import {
  noMessagingPermission,
  outsideWindow,
  restrictedPage,
  tooManyCalls,
  unavailablePerson,
} from './direct-errors';
import { addFile, fileUrl } from './direct-files';
import { scheduleFollowUps } from './direct-follow-ups';
import { checkAttachment, checkDirectMessage } from './direct-message-rules';
import { findRecipient, type Recipient } from './direct-recipients';
import type { DirectAttachment } from './direct-records';
import { invalidParameter, missingParameter, unknownObject } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { newObjectId } from '../ids';
import { flagOf, isObject, objectOf, textOf, type JsonObject } from '../json';
import type { DirectOwner } from './direct-owner';
import { requirePageToken, requireTask } from '../pages/page-access';
import { DAY_MS, HOUR_MS, type TokenRecord } from '../login/tokens';

const SENDER_ACTIONS = ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact'];
const MESSAGING_TYPES = ['RESPONSE', 'UPDATE', 'MESSAGE_TAG'];
const TYPING_MS = 20_000;

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
  router.on('POST', 'page', 'message_attachments', (page, request) => {
    requirePageToken(request.token);
    requireTask(page, 'MESSAGING');
    const attachment = objectOf(objectOf(request.params.message).attachment);
    checkAttachment(attachment, 'messenger', request.files.length > 0);
    return { attachment_id: upload(context, page.id, attachment, request).attachmentId };
  });
}

function send(context: SandboxContext, ownerIds: string[], request: AuthenticatedRequest): JsonObject {
  const { params, token } = request;
  const recipient = findRecipient(context, ownerIds, params);
  requireMessaging(token, recipient.owner);
  if (params.sender_action !== undefined) return act(context, recipient, params);
  if (!isObject(params.message)) throw missingParameter('message');
  const { message } = params;
  const attachments = checkDirectMessage(message, recipient.owner.platform, request.files.length > 0);
  if (recipient.user.isUnavailable) throw unavailablePerson();
  checkWindow(context, recipient, params);
  checkRate(context, recipient, attachments.length > 0);
  return accept(context, recipient, message, attachments, request);
}

function requireMessaging(token: TokenRecord, owner: DirectOwner): void {
  if (token.kind === 'INSTAGRAM') {
    if (!token.scopes.includes('instagram_business_manage_messages')) throw noMessagingPermission();
    return;
  }
  const scope = owner.platform === 'messenger' ? 'pages_messaging' : 'instagram_manage_messages';
  if (!token.scopes.includes(scope) || !allows(token, scope, owner.id)) throw noMessagingPermission();
}

function checkWindow(context: SandboxContext, recipient: Recipient, params: JsonObject): void {
  const { owner, user, answered } = recipient;
  const type = textOf(params.messaging_type);
  if (type !== undefined && !MESSAGING_TYPES.includes(type)) {
    throw invalidParameter(`Param messaging_type must be one of {${MESSAGING_TYPES.join(', ')}}.`);
  }
  const tag = textOf(params.tag);
  if (type === 'MESSAGE_TAG' && tag === undefined) throw missingParameter('tag');
  // The tags for updates of orders and accounts have been refused since 2026-04-27.
  if (tag !== undefined && tag !== 'HUMAN_AGENT')
    throw invalidParameter(`Param tag must be HUMAN_AGENT - got "${tag}".`);
  if (answered) return;
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
  { owner, user, answered }: Recipient,
  content: JsonObject,
  given: JsonObject[],
  request: AuthenticatedRequest,
): JsonObject {
  const { params, token } = request;
  const { direct, clock } = context;
  const replyTo = textOf(objectOf(params.reply_to).mid);
  const metadata = textOf(content.metadata);
  const stickerId = textOf(content.sticker_id);
  const made = given.map((attachment) => upload(context, owner.page?.id ?? owner.id, attachment, request));
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
    recipient_id: user.id,
    message_id: message.id,
    ...(reusable !== undefined && { attachment_id: reusable }),
  };
}

interface Upload {
  attachment: DirectAttachment;
  attachmentId: string;
  isReusable: boolean;
}

/** What an attachment of a call becomes: bytes that came along get an address, and ids of earlier uploads are looked up. */
function upload(
  context: SandboxContext,
  ownerId: string,
  { type: given, payload: givenPayload }: JsonObject,
  { files: [file] }: AuthenticatedRequest,
): Upload {
  const { direct } = context;
  const type = textOf(given) ?? 'file';
  const payload = objectOf(givenPayload);
  const id = newObjectId();
  if (type === 'template' || payload.id !== undefined) {
    return { attachment: { id, type, payload }, attachmentId: id, isReusable: false };
  }
  const knownId = textOf(payload.attachment_id);
  if (knownId !== undefined) {
    const known = direct.uploads.get(knownId);
    if (known?.ownerId !== ownerId) throw invalidParameter(`The attachment ${knownId} does not exist.`);
    return {
      attachment: { id, type, payload: { url: known.url } },
      attachmentId: knownId,
      isReusable: false,
    };
  }
  const url = file
    ? fileUrl(
        context,
        addFile(context, { mimeType: file.contentType, name: file.filename, bytes: file.bytes }).id,
      )
    : (textOf(payload.url) ?? '');
  direct.uploads.set(id, { ownerId, type, url });
  return {
    attachment: { id, type, payload: { url } },
    attachmentId: id,
    isReusable: flagOf(payload.is_reusable) ?? false,
  };
}

function act(context: SandboxContext, { owner, user }: Recipient, params: JsonObject): JsonObject {
  const action = textOf(params.sender_action)?.toLowerCase() ?? '';
  if (!SENDER_ACTIONS.includes(action)) {
    throw invalidParameter(`Param sender_action must be one of {${SENDER_ACTIONS.join(', ')}}.`);
  }
  if (params.message !== undefined) {
    throw invalidParameter('Cannot send both message and state at the same time.');
  }
  const conversation = context.direct.conversation(owner, user);
  if (action === 'mark_seen') conversation.unread = 0;
  if (action === 'typing_on') conversation.typingUntil = context.clock.now() + TYPING_MS;
  if (action === 'typing_off') conversation.typingUntil = 0;
  if (action === 'react' || action === 'unreact') react(context, owner, action, objectOf(params.payload));
  return { recipient_id: user.id };
}

function react(
  { world }: SandboxContext,
  owner: DirectOwner,
  action: 'react' | 'unreact',
  payload: JsonObject,
): void {
  const message = world.findKind('direct-message', textOf(payload.message_id) ?? '');
  if (message?.ownerId !== owner.id) throw invalidParameter("Param payload['message_id'] is not a message.");
  message.reactions = message.reactions.filter(({ userId }) => userId !== owner.id);
  if (action === 'react') {
    message.reactions.push({ userId: owner.id, reaction: textOf(payload.reaction) ?? 'love' });
  }
}

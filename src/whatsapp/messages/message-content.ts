import type { MessageError, Person, PersonIdentity } from '../../conversations/conversation-types';
import type {
  WhatsAppMessageContext,
  WhatsAppPerson,
  WhatsAppReferral,
} from '../../webhooks/whatsapp-events';
import type {
  WhatsAppError,
  WhatsAppInboundContent,
  WhatsAppInteractiveReply,
} from '../../webhooks/whatsapp-message-content';

type Json = Record<string, unknown>;

/** What lists show and search finds; null where the message has no words of its own. */
export function textOf(content: WhatsAppInboundContent): string | null {
  switch (content.type) {
    case 'text':
      return words(content.body);
    case 'image':
    case 'video':
    case 'audio':
    case 'sticker':
      return words(content.caption);
    case 'document':
      return words(content.caption) ?? words(content.filename);
    case 'location':
      return words([content.name, content.address].filter((part) => part !== undefined).join(', '));
    case 'contacts':
      return words(content.contacts.map((card) => card.formattedName ?? card.firstName ?? '').join(', '));
    case 'reaction':
      return words(content.emoji ?? undefined);
    case 'button':
      return words(content.text);
    case 'interactive':
      return replyText(content.reply);
    case 'order':
      return words(content.text);
    case 'request_welcome':
    case 'media_placeholder':
    case 'unsupported':
    case 'unknown':
      return null;
  }
}

function replyText(reply: WhatsAppInteractiveReply): string | null {
  if (reply.type === 'button_reply' || reply.type === 'list_reply') return words(reply.title);
  return reply.type === 'nfm_reply' ? words(reply.body) : null;
}

function words(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text;
}

/** Meta's word for the type, also for one that we do not know. */
export function typeOf(content: WhatsAppInboundContent): string {
  return content.type === 'unknown' ? content.metaType : content.type;
}

/** The type's own part of the message as Meta sent it; a list (`contacts`) or value is wrapped in an object of its name. */
export function metaContent(type: string, raw: unknown): Json {
  const own = isJson(raw) && Object.hasOwn(raw, type) ? raw[type] : undefined;
  if (isJson(own)) return own;
  return own === undefined || own === null || READ_ELSEWHERE.has(type) ? {} : { [type]: own };
}

const READ_ELSEWHERE = new Set([
  ...['id', 'type', 'timestamp', 'from', 'from_user_id', 'from_parent_user_id', 'to', 'to_user_id'],
  ...[
    'to_parent_user_id',
    'group_id',
    'recipient_type',
    'context',
    'referral',
    'errors',
    'origin',
    'history_context',
  ],
]);

/** What a message carries beside its content and what is read from it by name: kept, whether we know it or not. */
export function furtherFacts(type: string, raw: unknown): Json | undefined {
  if (!isJson(raw)) return undefined;
  const rest = Object.entries(raw).filter(([key]) => key !== type && !READ_ELSEWHERE.has(key));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

/** `message_id` is the name under which a message to send names the one it answers, too. */
export function contextOf(context: WhatsAppMessageContext | undefined): Json | null {
  if (context === undefined) return null;
  const { referredProduct } = context;
  return orNull({
    message_id: context.wamid,
    from: context.from,
    forwarded: context.forwarded,
    frequently_forwarded: context.frequentlyForwarded,
    referred_product:
      referredProduct === undefined
        ? undefined
        : withoutAbsent({
            catalog_id: referredProduct.catalogId,
            product_retailer_id: referredProduct.productRetailerId,
          }),
  });
}

export function referralOf(referral: WhatsAppReferral | undefined): Json | undefined {
  if (referral === undefined) return undefined;
  return withoutAbsent({
    source_url: referral.sourceUrl,
    source_id: referral.sourceId,
    source_type: referral.sourceType,
    headline: referral.headline,
    body: referral.body,
    media_type: referral.mediaType,
    image_url: referral.imageUrl,
    video_url: referral.videoUrl,
    thumbnail_url: referral.thumbnailUrl,
    ctwa_clid: referral.ctwaClid,
    welcome_message: referral.welcomeMessage,
  });
}

/** Strongest first: the business-scoped id outlives a username and, unlike the number, is hardly ever hidden. */
export function identitiesOf({ bsuid, waId, parentBsuid }: WhatsAppPerson): PersonIdentity[] {
  const identities: PersonIdentity[] = [];
  if (bsuid !== undefined) identities.push({ kind: 'bsuid', value: bsuid });
  if (waId !== undefined) identities.push({ kind: 'wa_id', value: waId });
  if (parentBsuid !== undefined) identities.push({ kind: 'parent_bsuid', value: parentBsuid });
  return identities;
}

/** null when Meta gave nothing that the person could be found again by. */
export function personFrom(person: WhatsAppPerson): Person | null {
  const identities = identitiesOf(person);
  if (identities.length === 0) return null;
  const profile = withoutAbsent({ username: person.username, identityKeyHash: person.identityKeyHash });
  return { identities, name: person.name ?? null, profile };
}

export function messageErrorOf(error: WhatsAppError | undefined): MessageError | null {
  if (error === undefined) return null;
  return {
    code: error.code ?? 'UNKNOWN',
    title: error.title ?? null,
    message: error.message ?? null,
    details: error.details ?? null,
  };
}

/** The same without the fields that are undefined: they would differ from what comes back out of the database. */
export function withoutAbsent(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function orNull(fields: Json): Json | null {
  const present = withoutAbsent(fields);
  return Object.keys(present).length === 0 ? null : present;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type {
  ConversationRecord,
  DirectMessageRecord,
  DirectPlatform,
  ScopedUserRecord,
} from './direct-records';
import { HourlyCounter } from '../graph/rate-limits';
import { newConversationId, newInstagramMid, newMessengerMid, newObjectId } from '../ids';
import type { JsonObject } from '../json';
import type { DirectOwner } from './direct-owner';
import { DAY_MS } from '../login/tokens';
import type { World } from '../world';

/** Who writes: by PSID or IGSID, or by name. The same name at the same Page or account is the same person. */
export interface DirectPersonReference {
  id?: string;
  name?: string;
  /** Instagram only, without `@`. */
  username?: string;
}

/** A message that the Send API accepted: what must have been sent exactly once. */
export interface SentDirectMessage {
  /** `mid` */
  id: string;
  /** Unix ms. */
  acceptedAt: number;
  appId: string;
  platform: DirectPlatform;
  /** Page or Instagram account. */
  ownerId: string;
  /** PSID or IGSID. */
  userId: string;
  isPrivateReply: boolean;
  /** The whole request body. */
  body: JsonObject;
  /** What was told of it so far: `echo`, `delivered`, `read`. */
  told: string[];
}

/** Percentages that take the place of what was counted. */
export interface AccountUsage {
  callCount: number;
  /** `estimated_time_to_regain_access` */
  minutesToRegain?: number;
}

/** Bytes behind an attachment's URL. */
export interface DirectFile {
  id: string;
  mimeType: string;
  name: string;
  bytes: Buffer;
}

export interface UploadedAttachment {
  /** The Page whose upload it is. */
  ownerId: string;
  type: string;
  url: string;
  isReusable: boolean;
  /** Who got it, where it is not reusable: nobody else can. */
  userId?: string;
}

/** People, conversations and messages of Messenger and Instagram, beyond what the world's ids already find. */
export class DirectInbox {
  readonly sent: SentDirectMessage[] = [];
  readonly files = new Map<string, DirectFile>();
  readonly uploads = new Map<string, UploadedAttachment>();
  readonly calls = new HourlyCounter(DAY_MS);
  /** Page or Instagram account → its usage in all headers. */
  readonly usage = new Map<string, AccountUsage>();
  /** Page or Instagram account → what `messenger_profile` says. */
  readonly profiles = new Map<string, JsonObject>();
  /** Page or Instagram account → the app that may take every thread. */
  readonly primaryApps = new Map<string, string>();
  /** `user_ref` or notification token → person, as opt-ins have given them. */
  readonly optIns = new Map<string, { ownerId: string; userId: string; kind: 'user_ref' | 'token' }>();
  private readonly conversationIds = new Map<string, string>();
  private readonly personIds = new Map<string, string>();

  constructor(private readonly world: World) {}

  clear(): void {
    this.sent.length = 0;
    this.files.clear();
    this.uploads.clear();
    this.calls.clear();
    this.usage.clear();
    this.profiles.clear();
    this.primaryApps.clear();
    this.optIns.clear();
    this.conversationIds.clear();
    this.personIds.clear();
  }

  /** Finds the person, or makes him or her on the spot: anybody may write. Digits alone are taken as the id. */
  person(owner: DirectOwner, given: string | DirectPersonReference): ScopedUserRecord {
    const reference = typeof given === 'string' ? readReference(given) : given;
    const name = reference.name ?? reference.username ?? 'Somebody';
    const key = `${owner.id} ${name}`;
    const id = reference.id ?? this.personIds.get(key) ?? newObjectId();
    const known = this.world.find(id);
    if (known) {
      if (known.kind !== 'scoped-user' || known.ownerId !== owner.id) {
        throw new Error(`${id} is not a person of ${owner.id}: every Page and account has its own ids.`);
      }
      if (reference.name !== undefined) known.name = reference.name;
      if (reference.username !== undefined) known.username = reference.username;
      return known;
    }
    if (reference.id === undefined) this.personIds.set(key, id);
    return this.world.add<ScopedUserRecord>({
      kind: 'scoped-user',
      id,
      platform: owner.platform,
      ownerId: owner.id,
      name,
      username: reference.username ?? name.toLowerCase().replace(/\W+/g, '.'),
      isUnavailable: false,
      isGone: false,
      hasConsented: false,
    });
  }

  findConversation(ownerId: string, userId: string): ConversationRecord | undefined {
    const id = this.conversationIds.get(`${ownerId} ${userId}`);
    return id === undefined ? undefined : this.world.findKind('conversation', id);
  }

  conversation(owner: DirectOwner, user: ScopedUserRecord): ConversationRecord {
    const known = this.findConversation(owner.id, user.id);
    if (known) return known;
    const conversation = this.world.add<ConversationRecord>({
      kind: 'conversation',
      id: newConversationId(owner.platform),
      platform: owner.platform,
      ownerId: owner.id,
      userId: user.id,
      messageIds: [],
      updatedAt: 0,
      unread: 0,
      windowOpenedAt: null,
      ownerAppId: null,
      typingUntil: 0,
    });
    this.conversationIds.set(`${owner.id} ${user.id}`, conversation.id);
    return conversation;
  }

  /** Newest first. */
  conversationsOf(ownerId: string): ConversationRecord[] {
    return this.world
      .all('conversation')
      .filter((conversation) => conversation.ownerId === ownerId && conversation.messageIds.length > 0)
      .sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /** Stores a message at its place in time, so that old ones can be added after newer ones. */
  add(
    owner: DirectOwner,
    user: ScopedUserRecord,
    parts: Pick<DirectMessageRecord, 'fromBusiness' | 'createdAt'> & Partial<DirectMessageRecord>,
  ): DirectMessageRecord {
    const conversation = this.conversation(owner, user);
    if (parts.id !== undefined && this.world.find(parts.id))
      throw new Error(`There is a ${parts.id} already.`);
    const message = this.world.add<DirectMessageRecord>({
      text: '',
      attachments: [],
      isUnsupported: false,
      isDeleted: false,
      edits: 0,
      reactions: [],
      told: [],
      ...parts,
      kind: 'direct-message',
      id: parts.id ?? (owner.platform === 'messenger' ? newMessengerMid() : newInstagramMid()),
      platform: owner.platform,
      ownerId: owner.id,
      conversationId: conversation.id,
      userId: user.id,
    });
    const ids = conversation.messageIds;
    let place = ids.length;
    while (place > 0 && this.createdAt(ids[place - 1]) > message.createdAt) place--;
    ids.splice(place, 0, message.id);
    conversation.updatedAt = Math.max(conversation.updatedAt, message.createdAt);
    if (message.fromBusiness) conversation.unread = 0;
    else conversation.unread++;
    return message;
  }

  /** Takes the message back: it is gone from the conversation, and cannot be read any more. */
  unsend(message: DirectMessageRecord): void {
    message.isDeleted = true;
    const conversation = this.world.findKind('conversation', message.conversationId);
    if (conversation) conversation.messageIds = conversation.messageIds.filter((id) => id !== message.id);
  }

  openWindow(message: DirectMessageRecord): void {
    this.openWindowAt(this.world.get('conversation', message.conversationId), message.createdAt);
  }

  /** `at`: Unix ms. */
  openWindowAt(conversation: ConversationRecord, at: number): void {
    conversation.windowOpenedAt = Math.max(conversation.windowOpenedAt ?? 0, at);
  }

  /** Oldest first. */
  messagesOf(conversation: ConversationRecord): DirectMessageRecord[] {
    return conversation.messageIds.flatMap((id) => this.world.findKind('direct-message', id) ?? []);
  }

  private createdAt(id: string | undefined): number {
    return id === undefined ? 0 : (this.world.findKind('direct-message', id)?.createdAt ?? 0);
  }
}

function readReference(text: string): DirectPersonReference {
  return /^\d{6,}$/.test(text) ? { id: text } : { name: text };
}

import type { Platform, SendResult, StartedSend } from '../conversations/conversation-types';
import type { AccountId, AssetId, MessageId } from '../database/ids';
import type { AppError } from '../errors/app.error';

/** Whatever messages are sent from, as far as the engine has to know it. */
export interface Sender {
  accountId: AccountId;
  /** The phone number, Page or Instagram account. */
  id: AssetId;
  /** Meta's id of what calls are counted for: the WhatsApp Business Account, Page or Instagram account. */
  countedFor: string;
  /** Messages in a second that Meta lets it send. */
  perSecond: number;
}

/** A limit of Meta's beside that of the sender: on one person, or on one kind of message. */
export interface PlaceLimit {
  /** Unique at its sender. */
  name: string;
  /** One place comes free in so many milliseconds … */
  eachMs: number;
  /** … and so many can be free at once. */
  burst: number;
}

/** A batch of claimed messages of one sender, ready to go. */
export interface PreparedBatch {
  /** Why some of them must not go out. */
  refusals: ReadonlyMap<MessageId, AppError>;
  /** null: the message is under no limit but its sender's. */
  limitOf(send: StartedSend): PlaceLimit | null;
  /** Calls Meta once. It never throws: whatever happens is a result. */
  send(send: StartedSend): Promise<SendResult>;
}

/** What a platform does of the engine's work. */
export interface SendingChannel<S extends Sender = Sender> {
  readonly platform: Platform;
  /** The engine asks many times a second. @returns null when it is no longer connected */
  findSender(accountId: AccountId, assetId: AssetId): Promise<S | null>;
  /** A fixed number of statements. What it throws is explained by `refuse` for each message of the batch. */
  prepare(sends: readonly StartedSend[], sender: S): Promise<PreparedBatch>;
  /** For a message that was not sent at all. It never throws. @param sender null: it is no longer connected */
  refuse(send: StartedSend, sender: S | null, error: unknown): Promise<SendResult>;
}

/** A channel may take so long before it calls Meta for a message, to bring a file there for instance. */
export const LONGEST_PREPARATION_MS = 60_000;

import type { MessagingPlatform } from '../webhooks/messenger-events';
import type { AccountId, AssetId } from '../database/ids';
import type { GraphHost } from '../graph-client/graph-request';
import { GraphReauthRequiredError } from '../graph-client/graph.error';
import type { Sender } from '../sending/sending-channel';

/** A Page or Instagram account as the sending of messages has to know it. */
export interface DirectSender extends Sender {
  /** Meta's id of the Page or Instagram account itself. */
  metaId: string;
}

/** How one of them is spoken with. */
export interface DirectDoor {
  host: GraphHost;
  /** The node with the edge `messages`: the Page, also for Instagram through it, or the account of Instagram Login. */
  nodeId: string;
  token: string;
}

/** What a platform knows about its Pages or accounts. */
export interface DirectGateway<S extends DirectSender = DirectSender> {
  readonly platform: MessagingPlatform;
  /** Asked many times a second. @returns null when it is no longer connected */
  findSender(accountId: AccountId, assetId: AssetId): Promise<S | null>;
  /** @throws GraphReauthRequiredError when there is no token */
  open(sender: S): Promise<DirectDoor>;
  /**
   * Meta has declared the token of a door dead.
   * @returns another one with a token that may work
   * @throws the given error when there is none to be had; then the connection is marked
   */
  reopen(sender: S, dead: DirectDoor, error: GraphReauthRequiredError): Promise<DirectDoor>;
}

/** Runs a call; once more with a new token where the old one turns out to be dead, which proves that nothing was done. */
export async function throughDoor<S extends DirectSender, T>(
  gateway: DirectGateway<S>,
  sender: S,
  door: DirectDoor,
  work: (door: DirectDoor) => Promise<T>,
): Promise<T> {
  try {
    return await work(door);
  } catch (error) {
    if (!isDeadToken(error)) throw error;
    // Whatever keeps us from a new token, it is Meta's refusal that says that nothing was done.
    const reopened = await gateway.reopen(sender, door, error).catch(() => Promise.reject(error));
    return work(reopened);
  }
}

/** A permission that is missing is another matter: a new token would not have it either. */
export function isDeadToken(error: unknown): error is GraphReauthRequiredError {
  return error instanceof GraphReauthRequiredError && (error.meta?.code === 190 || error.meta?.code === 102);
}

import type { AccountId, AssetId } from '../database/ids';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import type { DirectGateway, DirectSender } from './direct-door';

/** What a request names to say from where it is sent; all of it is optional while there is only one. */
export interface NamedSender {
  /** Our id of the Page or Instagram account, or Meta's. */
  ref?: string | undefined;
  /** The connected Meta account, by our id. */
  accountId?: string | undefined;
}

/** A platform as seen by whoever takes the requests of users. */
export interface DirectHouse<S extends DirectSender = DirectSender> extends DirectGateway<S> {
  /** The route that messages are ordered at. */
  readonly route: string;
  /**
   * The connected one that is named, or the only one there is.
   * @throws AccountNotFoundError, AccountAmbiguousError, NotFoundError
   */
  choose(user: AuthenticatedUser, named: NamedSender): Promise<S>;
  /** The one that a conversation is with. @throws NotFoundError when it is no longer connected */
  get(accountId: AccountId, assetId: AssetId): Promise<S>;
  /**
   * Says now, and not by a failed message a moment later, when it is known that nothing can be sent.
   * @throws GraphReauthRequiredError
   */
  requireReady(sender: S): Promise<void>;
}

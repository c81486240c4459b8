import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AccountId, AssetId } from '../../database/ids';
import { DirectChannels } from '../../direct-messaging/direct-channels';
import type { DirectDoor, DirectSender } from '../../direct-messaging/direct-door';
import type { DirectHouse, NamedSender } from '../../direct-messaging/direct-house';
import { RememberedSenders } from '../../direct-messaging/remembered-senders';
import { AccountAmbiguousError, AppError, NotFoundError } from '../../errors/app.error';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsRepository } from '../accounts/accounts.repository';
import { AccountsService } from '../accounts/accounts.service';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import { InstagramAccess } from '../accounts/instagram-access';

/** Messages in a second that Meta lets an account send. Source: Instagram Platform, "Rate limits". */
const PER_SECOND = 100;
/** A Page's token is asked of Meta; for each message that would be a call of its own. Held in memory only. */
const DOOR_LIVES_MS = 5 * 60_000;
const MOST_DOORS = 10_000;

export interface SendingInstagram extends DirectSender {
  account: InstagramAccountEntity;
}

/** Instagram accounts, as far as messages are sent from them, by whichever way they are reached. */
@Injectable()
export class InstagramMessagingHouse implements DirectHouse<SendingInstagram>, OnModuleInit {
  readonly platform = 'instagram';
  readonly route = '/api/meta/instagram/messages';
  private readonly remembered = new RememberedSenders<SendingInstagram>();
  private readonly doors = new Map<AssetId, { door: Promise<DirectDoor>; until: number }>();

  constructor(
    private readonly channels: DirectChannels,
    private readonly accountAccess: AccountAccess,
    private readonly accounts: AccountsService,
    private readonly repository: AccountsRepository,
    private readonly access: InstagramAccess,
    private readonly tokens: MetaTokenService,
  ) {}

  onModuleInit(): void {
    this.channels.register(this);
  }

  async findSender(accountId: AccountId, assetId: AssetId): Promise<SendingInstagram | null> {
    return this.remembered.find(assetId, async () => {
      const account = await this.repository.findConnected(accountId, assetId);
      return account === null ? null : senderOf(account);
    });
  }

  async choose(user: AuthenticatedUser, { ref, accountId }: NamedSender): Promise<SendingInstagram> {
    if (ref !== undefined) {
      const account = await this.accounts.find(user, ref.toLowerCase(), accountId);
      if (account.status === 'available') throw notConnected();
      return senderOf(account);
    }
    const mine =
      accountId === undefined
        ? await this.accountAccess.accountIdsOf(user.id)
        : [await this.accountAccess.resolve(user, accountId)];
    // Says that no account is connected at all, where none is.
    if (mine.length === 0) await this.accountAccess.resolve(user);
    const accounts = (await Promise.all(mine.map((id) => this.repository.connectedOf(id)))).flat();
    const [account, another] = accounts;
    if (account === undefined) throw notConnected();
    if (another !== undefined)
      throw new AccountAmbiguousError(
        'igAccountId',
        accounts.map(({ igAccountId, username }) => ({ id: igAccountId, name: username })),
      );
    return senderOf(account);
  }

  async get(accountId: AccountId, assetId: AssetId): Promise<SendingInstagram> {
    const account = await this.repository.findConnected(accountId, assetId);
    if (account === null)
      throw new NotFoundError('The Instagram account of this conversation is no longer connected.');
    return senderOf(account);
  }

  async requireReady({ account }: SendingInstagram): Promise<void> {
    const { accountId, igAccountId, username, status, statusReason, pageId } = account;
    if (status === 'reauth_required')
      throw new GraphReauthRequiredError(
        `Meta no longer lets us reach the Instagram account ${username}. Connect the account again.`,
        { details: { igAccountId, reason: statusReason } },
      );
    const login = await this.repository.loginOf(accountId);
    const permission = pageId === null ? 'instagram_business_manage_messages' : 'instagram_manage_messages';
    const granted = login?.permissions ?? [];
    // A list that is empty says that nothing is known, not that nothing was granted.
    if (granted.length > 0 && !granted.includes(permission))
      throw new GraphReauthRequiredError(
        `The permission ${permission} is missing. Connect the account again and grant it.`,
        { details: { igAccountId } },
        permission,
      );
  }

  async open({ account }: SendingInstagram): Promise<DirectDoor> {
    const known = this.doors.get(account.id);
    if (known !== undefined && known.until > Date.now()) return known.door;
    if (this.doors.size >= MOST_DOORS) this.doors.clear();
    const door = this.read(account);
    this.doors.set(account.id, { door, until: Date.now() + DOOR_LIVES_MS });
    // One that was not to be had is asked for again.
    door.catch(() => {
      if (this.doors.get(account.id)?.door === door) this.doors.delete(account.id);
    });
    return door;
  }

  /** Of many messages that meet the dead token at once, one asks for another: the others find its door. */
  async reopen(
    sender: SendingInstagram,
    dead: DirectDoor,
    error: GraphReauthRequiredError,
  ): Promise<DirectDoor> {
    const { account } = sender;
    const known = this.doors.get(account.id);
    if (known !== undefined && (await known.door.catch(() => dead)).token === dead.token)
      if (this.doors.get(account.id) === known) this.doors.delete(account.id);
    // That a Page's token is dead does not prove that the person's is.
    if (account.pageId === null) await this.tokens.markReauthRequired(account.accountId, error, dead.token);
    const door = await this.open(sender).catch((cause: unknown) => {
      if (cause instanceof AppError) return null;
      throw cause;
    });
    if (door !== null && door.token !== dead.token) return door;
    await this.repository.recordReach(account, { problem: 'token', reason: error.message });
    throw error;
  }

  private async read(account: InstagramAccountEntity): Promise<DirectDoor> {
    return this.access.with(account, ({ host, token }) =>
      Promise.resolve({ host, token, nodeId: account.pageId ?? account.igAccountId }),
    );
  }
}

function senderOf(account: InstagramAccountEntity): SendingInstagram {
  const { accountId, id, igAccountId } = account;
  return { accountId, id, metaId: igAccountId, countedFor: igAccountId, perSecond: PER_SECOND, account };
}

function notConnected(): NotFoundError {
  return new NotFoundError(
    'No such Instagram account is connected. Connect it with POST /api/meta/instagram/accounts/{accountId}/connect.',
  );
}

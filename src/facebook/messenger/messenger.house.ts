import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import { DirectChannels } from '../../direct-messaging/direct-channels';
import type { DirectDoor, DirectSender } from '../../direct-messaging/direct-door';
import type { DirectHouse, NamedSender } from '../../direct-messaging/direct-house';
import { RememberedSenders } from '../../direct-messaging/remembered-senders';
import { AccountAmbiguousError, NotFoundError } from '../../errors/app.error';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { FacebookLoginAccounts } from '../../meta-auth/facebook-login-accounts.service';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { PageScope } from '../pages/page-scope';
import { PageTokens } from '../pages/page-tokens';
import { PagesRepository } from '../pages/pages.repository';

/** Messages in a second that Meta lets a Page send. Source: Messenger Platform, "Rate limits". */
const PER_SECOND = 300;
const PERMISSION = 'pages_messaging';
const TASK = 'MESSAGING';

export interface SendingPage extends DirectSender {
  page: FacebookPageEntity;
}

/** Pages, as far as messages are sent from them. */
@Injectable()
export class MessengerHouse implements DirectHouse<SendingPage>, OnModuleInit {
  readonly platform = 'messenger';
  readonly route = '/api/meta/facebook/messages';
  private readonly remembered = new RememberedSenders<SendingPage>();
  private readonly reopening = new Map<AssetId, Promise<string>>();

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly channels: DirectChannels,
    private readonly access: FacebookLoginAccounts,
    private readonly scope: PageScope,
    private readonly pages: PagesRepository,
    private readonly tokens: PageTokens,
  ) {}

  onModuleInit(): void {
    this.channels.register(this);
  }

  async findSender(accountId: AccountId, assetId: AssetId): Promise<SendingPage | null> {
    return this.remembered.find(assetId, async () => {
      const page = await this.pages.findConnectedById(accountId, assetId);
      return page === null ? null : senderOf(page);
    });
  }

  async choose(user: AuthenticatedUser, { ref, accountId }: NamedSender): Promise<SendingPage> {
    if (ref !== undefined) {
      const { page } = await this.scope.resolve(user, ref, accountId);
      if (page === null || page.status === 'available') throw notConnected();
      return senderOf(page);
    }
    const mine =
      accountId === undefined ? await this.access.idsOf(user) : [await this.access.resolve(user, accountId)];
    // Says that no account is connected at all, where none is.
    if (mine.length === 0) await this.access.resolve(user);
    const pages = (await Promise.all(mine.map((id) => this.pages.connectedOf(id)))).flat();
    const [page, another] = pages;
    if (page === undefined) throw notConnected();
    if (another !== undefined)
      throw new AccountAmbiguousError(
        'pageId',
        pages.map(({ pageId, name }) => ({ id: pageId, name })),
      );
    return senderOf(page);
  }

  async get(accountId: AccountId, assetId: AssetId): Promise<SendingPage> {
    const page = await this.pages.findConnectedById(accountId, assetId);
    if (page === null) throw new NotFoundError('The Page of this conversation is no longer connected.');
    return senderOf(page);
  }

  async requireReady({ page }: SendingPage): Promise<void> {
    const { accountId, pageId, name, status, statusReason, tasks } = page;
    if (status === 'reauth_required')
      throw new GraphReauthRequiredError(
        `Meta no longer takes the token of the Page ${name}. Connect the account again, then the Page.`,
        { details: { pageId, reason: statusReason } },
      );
    if (tasks !== null && !tasks.includes(TASK))
      throw new GraphReauthRequiredError(
        `The person who connected this account may not answer messages of the Page ${name}. Have the task ${TASK} given to them in Meta Business Suite, then connect the Page again.`,
        { details: { pageId, missingTasks: [TASK] } },
      );
    const rows: { permissions: string[] }[] = await this.database.query(
      'SELECT permissions FROM meta_accounts WHERE id = $1 AND deleted_at IS NULL',
      [accountId],
    );
    const granted = rows[0]?.permissions ?? [];
    // A list that is empty says that nothing is known, not that nothing was granted.
    if (granted.length > 0 && !granted.includes(PERMISSION))
      throw new GraphReauthRequiredError(
        `The permission ${PERMISSION} is missing. Connect the account again and grant it.`,
        { details: { pageId } },
        PERMISSION,
      );
  }

  async open({ page }: SendingPage): Promise<DirectDoor> {
    return doorOf(page, await this.tokens.withToken(asConnected(page), (token) => Promise.resolve(token)));
  }

  /** Of many messages that meet the dead token at once, one asks for another. */
  async reopen(
    { page }: SendingPage,
    dead: DirectDoor,
    error: GraphReauthRequiredError,
  ): Promise<DirectDoor> {
    let work = this.reopening.get(page.id);
    if (work === undefined) {
      work = this.tokens
        .withToken(asConnected(page), (token) =>
          // Thrown once more for the old token only: then PageTokens asks for another, or marks the Page.
          token === dead.token ? Promise.reject(error) : Promise.resolve(token),
        )
        .finally(() => this.reopening.delete(page.id));
      this.reopening.set(page.id, work);
    }
    const token = await work;
    if (token === dead.token) throw error;
    return doorOf(page, token);
  }
}

/** What it was marked as says nothing of the next call; and a token that is only read proves nothing. */
function asConnected(
  page: FacebookPageEntity,
): Pick<FacebookPageEntity, 'accountId' | 'id' | 'pageId' | 'status'> {
  const { accountId, id, pageId } = page;
  return { accountId, id, pageId, status: 'connected' };
}

function doorOf({ pageId }: FacebookPageEntity, token: string): DirectDoor {
  return { host: 'graph', nodeId: pageId, token };
}

function senderOf(page: FacebookPageEntity): SendingPage {
  const { accountId, id, pageId } = page;
  return { accountId, id, metaId: pageId, countedFor: pageId, perSecond: PER_SECOND, page };
}

function notConnected(): NotFoundError {
  return new NotFoundError(
    'No such Page is connected. Connect it with POST /api/meta/facebook/pages/{pageId}/connect.',
  );
}

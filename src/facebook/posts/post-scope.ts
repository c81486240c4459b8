import { Injectable } from '@nestjs/common';
import { type AccountId, isUuid } from '../../database/ids';
import { AccountAmbiguousError, AccountNotFoundError, NotFoundError } from '../../errors/app.error';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { FacebookLoginAccounts } from '../../meta-auth/facebook-login-accounts.service';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { PageScope } from '../pages/page-scope';
import { PagesRepository } from '../pages/pages.repository';
import { type Publication, PublicationsRepository } from './publications.repository';

/** The Page, and the account, that a request names; often neither. */
export interface PageChoice {
  /** Meta's id, or ours. */
  pageId?: string | undefined;
  accountId?: string | undefined;
}

/** A post that a request names. */
export interface NamedPost {
  page: FacebookPageEntity;
  /** Meta's id, of the post or of a video that has none yet; null while it is known here alone. */
  metaId: string | null;
  /** null for what was not published from here. */
  publication: Publication | null;
}

/** Tells which connected Page, and which post of it, a request is about. */
@Injectable()
export class PostScope {
  constructor(
    private readonly scope: PageScope,
    private readonly access: AccountAccess,
    private readonly logins: FacebookLoginAccounts,
    private readonly pages: PagesRepository,
    private readonly publications: PublicationsRepository,
  ) {}

  /**
   * The named Page; the only connected one where none is named.
   * @throws AccountNotFoundError, AccountAmbiguousError, NotFoundError
   */
  async page(user: AuthenticatedUser, named: PageChoice): Promise<FacebookPageEntity> {
    const { pageId, accountId } = named;
    if (pageId !== undefined) {
      const { page } = await this.scope.resolve(user, pageId, accountId);
      if (page === null) throw noPage();
      return requireConnected(page);
    }
    const accounts = await this.accountsOf(user, accountId);
    const connected = (await Promise.all(accounts.map((id) => this.pages.connectedOf(id)))).flat();
    const [only, another] = connected;
    if (only === undefined) throw noPage();
    if (another !== undefined)
      throw new AccountAmbiguousError(
        'pageId',
        connected.map(({ pageId: id, name }) => ({ id, name })),
      );
    return only;
  }

  /**
   * @param ref Meta's id of a post or video, or ours of a publication
   * @throws NotFoundError for what is none, or somebody else's
   */
  async post(user: AuthenticatedUser, ref: string, named: PageChoice): Promise<NamedPost> {
    if (isUuid(ref)) {
      const publication = await this.publication(user, ref, named.accountId);
      const page = await this.pageOf(publication);
      return { page, publication, metaId: publication.postId ?? publication.videoId };
    }
    // A post's id begins with that of its Page.
    const prefix = /^(\d+)_/.exec(ref)?.[1];
    const page = await this.pageNaming(
      user,
      prefix === undefined ? named : { pageId: prefix, accountId: named.accountId },
    );
    const [publication = null] = await this.publications.withMetaIds(page.accountId, page.id, [ref]);
    return { page, publication, metaId: publication?.postId ?? ref };
  }

  /** @throws NotFoundError */
  async publication(
    user: AuthenticatedUser,
    id: string,
    accountId: string | undefined,
  ): Promise<Publication> {
    const accounts = await this.accountsOf(user, accountId);
    const publication = await this.publications.findIn(accounts, id.toLowerCase());
    if (publication === null) throw noPost();
    return publication;
  }

  async pageOf({ accountId, assetId }: Publication): Promise<FacebookPageEntity> {
    const [page] = await this.pages.find([accountId], assetId);
    if (page === undefined) throw noPost();
    return page;
  }

  /** Somebody else's Page is no different from one that there is not. */
  private async pageNaming(user: AuthenticatedUser, named: PageChoice): Promise<FacebookPageEntity> {
    try {
      return await this.page(user, named);
    } catch (error) {
      if (error instanceof NotFoundError) throw noPost();
      throw error;
    }
  }

  private async accountsOf(user: AuthenticatedUser, accountId: string | undefined): Promise<AccountId[]> {
    if (accountId !== undefined) return [await this.access.require(user, accountId)];
    const accounts = await this.logins.idsOf(user);
    if (accounts.length === 0) throw new AccountNotFoundError();
    return accounts;
  }
}

const ALLOWING = {
  write: /(?:CREATE_CONTENT|FULL_CONTROL)$/,
  remove: /(?:CREATE_CONTENT|MODERATE|FULL_CONTROL)$/,
};

/**
 * Where it is known that the person behind the connection may not do it, nothing is begun.
 * @throws GraphReauthRequiredError saying what they have to be given
 */
export function requireTask({ tasks, name, pageId }: FacebookPageEntity, what: keyof typeof ALLOWING): void {
  if (tasks === null || tasks.some((task) => ALLOWING[what].test(task))) return;
  throw new GraphReauthRequiredError(
    `The person who connected this account may not do this on the Page ${name} and lacks CREATE_CONTENT there. Have that given to them in Meta Business Suite, then read the list of Pages again.`,
    { details: { pageId, missingTasks: ['CREATE_CONTENT'] } },
  );
}

export function noPost(): NotFoundError {
  return new NotFoundError('There is no such post.');
}

function noPage(): NotFoundError {
  return new NotFoundError(
    'There is no such connected Page. Connect one with POST /api/meta/facebook/pages/{pageId}/connect.',
  );
}

function requireConnected(page: FacebookPageEntity): FacebookPageEntity {
  if (page.status !== 'available') return page;
  throw new NotFoundError(
    `The Page ${page.name} is not connected. Connect it with POST /api/meta/facebook/pages/${page.pageId}/connect.`,
    { pageId: page.pageId },
  );
}

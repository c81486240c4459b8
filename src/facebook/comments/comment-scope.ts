import { Injectable } from '@nestjs/common';
import type { CommentHome } from '../../conversations/comments/comment-channel';
import { CommentList } from '../../conversations/comments/comment-list.service';
import type { StoredComment } from '../../conversations/comments/comment-view';
import { type AccountId, isUuid } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { FacebookLoginAccounts } from '../../meta-auth/facebook-login-accounts.service';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { noSuchPage } from '../pages/page-scope';
import { PagesRepository } from '../pages/pages.repository';
import { PublicationsRepository } from '../posts/publications.repository';

/** A post, and the Page of the user's that it stands on. */
export interface CommentedPost {
  home: CommentHome;
  /** Meta's. */
  postId: string;
}

/** Tells which comments a request is about. A Page's token opens other Pages' comments, too: those are nobody's here. */
@Injectable()
export class FacebookCommentScope {
  constructor(
    private readonly access: AccountAccess,
    private readonly logins: FacebookLoginAccounts,
    private readonly pages: PagesRepository,
    private readonly list: CommentList,
    private readonly publications: PublicationsRepository,
  ) {}

  /**
   * @param ref Meta's id, or ours of something that was published from here
   * @throws NotFoundError for a post that is not on a connected Page of the user's
   */
  async post(user: AuthenticatedUser, ref: string): Promise<CommentedPost> {
    const mine = await this.logins.idsOf(user);
    if (isUuid(ref)) {
      const publication = await this.publications.findIn(mine, ref);
      if (publication?.postId == null) throw noSuchPost();
      const { accountId, assetId, postId } = publication;
      return { home: { accountId, assetId }, postId };
    }
    const [pageId, rest] = ref.split('_');
    if (pageId !== undefined && rest !== undefined) {
      const page = connected(await this.pages.find(mine, pageId));
      if (page === undefined) throw noSuchPost();
      return { home: homeOf(page), postId: ref };
    }
    // A photo or video by an id of its own, known by a comment under it.
    const [home] = await this.list.homesOf(mine, 'facebook', ref);
    if (home === undefined) throw noSuchPost();
    return { home, postId: ref };
  }

  /** @param ref our id or Meta's @throws NotFoundError */
  async comment(user: AuthenticatedUser, ref: string): Promise<StoredComment> {
    return this.list.get(await this.logins.idsOf(user), 'facebook', ref);
  }

  async accountIdsOf(user: AuthenticatedUser): Promise<AccountId[]> {
    return this.logins.idsOf(user);
  }

  /** The connected Pages that a feed is about. */
  async homes(
    user: AuthenticatedUser,
    { pageId, accountId }: { pageId?: string | undefined; accountId?: string | undefined },
  ): Promise<CommentHome[]> {
    const mine =
      accountId === undefined ? await this.logins.idsOf(user) : [await this.access.require(user, accountId)];
    if (pageId !== undefined) {
      const page = connected(await this.pages.find(mine, pageId));
      if (page === undefined) throw noSuchPage();
      return [homeOf(page)];
    }
    const found = await Promise.all(mine.map((id) => this.pages.connectedOf(id)));
    return found.flat().map(homeOf);
  }
}

function connected(pages: readonly FacebookPageEntity[]): FacebookPageEntity | undefined {
  return pages.find(({ status }) => status !== 'available');
}

function homeOf({ accountId, id }: FacebookPageEntity): CommentHome {
  return { accountId, assetId: id };
}

function noSuchPost(): NotFoundError {
  return new NotFoundError('There is no such post on a Page that is connected.');
}

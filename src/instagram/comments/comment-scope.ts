import { Injectable } from '@nestjs/common';
import type { CommentHome } from '../../conversations/comments/comment-channel';
import { CommentList } from '../../conversations/comments/comment-list.service';
import type { StoredComment } from '../../conversations/comments/comment-view';
import type { AccountId } from '../../database/ids';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { InstagramAccountScope } from '../accounts/account-scope';
import { AccountsRepository } from '../accounts/accounts.repository';

/** Tells which comments a request is about. */
@Injectable()
export class InstagramCommentScope {
  constructor(
    private readonly access: AccountAccess,
    private readonly accounts: AccountsRepository,
    private readonly scope: InstagramAccountScope,
    private readonly list: CommentList,
  ) {}

  /**
   * Whose a media is, its id does not tell: comments that are stored of it do, else the request has to.
   * @param ref the Instagram account, by our id or Meta's; needed for a media without comments by users of several
   * @throws NotFoundError, AccountNotFoundError, AccountAmbiguousError
   */
  async media(user: AuthenticatedUser, mediaId: string, ref: string | undefined): Promise<CommentHome> {
    if (ref === undefined) {
      const mine = await this.access.accountIdsOf(user.id);
      const [known] = await this.list.homesOf(mine, 'instagram', mediaId);
      if (known !== undefined) return known;
    }
    const { accountId, id } = await this.scope.resolve(user, ref);
    return { accountId, assetId: id };
  }

  /** @param ref our id or Meta's @throws NotFoundError */
  async comment(user: AuthenticatedUser, ref: string): Promise<StoredComment> {
    return this.list.get(await this.access.accountIdsOf(user.id), 'instagram', ref);
  }

  async accountIdsOf(user: AuthenticatedUser): Promise<AccountId[]> {
    return this.access.accountIdsOf(user.id);
  }

  /** The connected accounts that a feed is about. */
  async homes(user: AuthenticatedUser, ref: string | undefined): Promise<CommentHome[]> {
    if (ref !== undefined) {
      const { accountId, id } = await this.scope.resolve(user, ref);
      return [{ accountId, assetId: id }];
    }
    const mine = await this.access.accountIdsOf(user.id);
    const found = await Promise.all(mine.map((id) => this.accounts.connectedOf(id)));
    return found.flat().map(({ accountId, id }) => ({ accountId, assetId: id }));
  }
}

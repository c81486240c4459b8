import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import { InstagramApi, type InstagramDoor } from './instagram-api';

/** Opens Instagram accounts by whichever of Meta's two ways in they came. */
@Injectable()
export class InstagramAccess {
  constructor(
    private readonly api: InstagramApi,
    private readonly tokens: MetaTokenService,
  ) {}

  /**
   * Runs calls about one account.
   * @throws GraphReauthRequiredError when there is no working token, or the person may not manage the Page
   */
  async with<T>(
    { accountId, pageId }: Pick<InstagramAccountEntity, 'accountId' | 'pageId'>,
    work: (door: InstagramDoor) => Promise<T>,
  ): Promise<T> {
    if (pageId === null)
      return this.tokens.withToken(accountId, (token) => work({ host: 'instagram', token }));
    const token = await this.pageToken(accountId, pageId);
    // Outside of `withToken`: that a Page's token is dead does not prove that the person's is.
    return work({ host: 'graph', token });
  }

  /** Asked for each time and never stored: it lives no longer than the person's own token and role. */
  private async pageToken(accountId: AccountId, pageId: string): Promise<string> {
    const token = await this.tokens.withToken(accountId, (own) => this.api.pageToken(own, pageId));
    if (token !== null) return token;
    throw new GraphReauthRequiredError(
      'Meta gives no access to the Page that this Instagram account is linked to. Connect again with somebody who manages the Page, and select it in the dialog.',
      { details: { pageId } },
    );
  }
}

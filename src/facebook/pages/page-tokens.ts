import { Injectable, Logger } from '@nestjs/common';
import { TokenCipher } from '../../crypto/token-cipher';
import type { AssetId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { FacebookApi } from './facebook-api';
import { type PageTrouble, PagesRepository } from './pages.repository';

type ConnectedPage = Pick<FacebookPageEntity, 'accountId' | 'id' | 'pageId' | 'status'> &
  Partial<Pick<FacebookPageEntity, 'healthProblem'>>;

/**
 * Hands out Pages' own tokens for calls to Meta. They do not expire by time, but die with the password, the role or the
 * consent of the person they stem from; then the account's own token may well give a new one.
 */
@Injectable()
export class PageTokens {
  private readonly log = new Logger(PageTokens.name);

  constructor(
    private readonly pages: PagesRepository,
    private readonly cipher: TokenCipher,
    private readonly accountTokens: MetaTokenService,
    private readonly api: FacebookApi,
  ) {}

  seal(id: AssetId, token: string): string {
    return this.cipher.encrypt(token, contextOf(id));
  }

  /** Writes down what a look at the Page told of more than its token. */
  async recordHealth(page: ConnectedPage, trouble: PageTrouble | null, lookedAt: Date): Promise<void> {
    const sealed = await this.pages.findToken(page);
    if (sealed !== null) await this.pages.recordHealth(page, sealed, trouble, lookedAt);
  }

  /**
   * Runs calls with the Page's token. When Meta declares it dead, a new one is asked for and the work done once more with
   * it; when there is none to be had, the Page is marked before the error goes on.
   * @throws GraphReauthRequiredError also without a call, when the Page has no token
   */
  async withToken<T>(page: ConnectedPage, work: (token: string) => Promise<T>): Promise<T> {
    const sealed = await this.pages.findToken(page);
    if (sealed === null)
      throw new GraphReauthRequiredError('This Page is not connected.', { details: { pageId: page.pageId } });
    const token = this.cipher.decrypt(sealed, contextOf(page.id));
    try {
      const result = await work(token);
      // Of a role, task or permission that is missing only a look at all of them knows.
      if (page.status !== 'connected' && (page.healthProblem ?? 'token') === 'token')
        await this.pages.recordHealth(page, sealed, null);
      return result;
    } catch (error) {
      if (!isDeadPageToken(error)) throw error;
      const renewed = await this.renew(page, { sealed, token });
      if (renewed === null) {
        await this.pages.recordHealth(page, sealed, { problem: 'token', reason: error.message });
        throw error;
      }
      return work(renewed);
    }
  }

  private async renew(page: ConnectedPage, old: { sealed: string; token: string }): Promise<string | null> {
    try {
      const found = await this.accountTokens.withToken(page.accountId, (token) =>
        this.api.page(token, page.pageId),
      );
      const token = found?.token ?? null;
      if (token === null || token === old.token) return null;
      await this.pages.replaceToken(page, old.sealed, this.seal(page.id, token));
      this.log.log(`Page ${page.pageId} of account ${page.accountId} has a new token`);
      return token;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.warn(`No new token for Page ${page.pageId}: ${error.message}`);
      return null;
    }
  }
}

/** Any 190 is about the Page's token here: 492, which spares the person's own, says that their role on the Page is gone. */
function isDeadPageToken(error: unknown): error is GraphReauthRequiredError {
  return error instanceof GraphReauthRequiredError && (error.meta?.code === 190 || error.meta?.code === 102);
}

function contextOf(id: AssetId): string {
  return `facebook_pages:${id}:access_token`;
}

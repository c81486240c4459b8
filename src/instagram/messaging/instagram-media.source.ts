import { Injectable, type OnModuleInit } from '@nestjs/common';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphNode } from '../../graph-client/graph-node';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { DirectMediaFetcher, type MessageAtMeta } from '../../message-media/direct-media-fetcher';
import { type MediaSource, MediaSources } from '../../message-media/media-sources';
import type { ClaimedMedia, FetchedFile } from '../../message-media/message-media.repository';
import { AccountsRepository } from '../accounts/accounts.repository';
import { InstagramAccess } from '../accounts/instagram-access';

/** What a message holds that has an address. Stories are not asked for: theirs end with them. */
const FIELDS = 'id,attachments,shares';

/** The files of Instagram's messages, whichever way the account is reached. */
@Injectable()
export class InstagramMediaSource implements MediaSource, OnModuleInit {
  constructor(
    private readonly sources: MediaSources,
    private readonly fetcher: DirectMediaFetcher,
    private readonly accounts: AccountsRepository,
    private readonly access: InstagramAccess,
    private readonly graph: GraphClient,
  ) {}

  onModuleInit(): void {
    this.sources.register('instagram', this);
  }

  fetch(media: ClaimedMedia, signal: AbortSignal): Promise<FetchedFile> {
    return this.fetcher.fetch(media, signal, (message) => this.read(message));
  }

  private async read({ accountId, assetId, mid }: MessageAtMeta): Promise<Readonly<Record<string, unknown>>> {
    const account = await this.accounts.findConnected(accountId, assetId);
    if (account === null)
      throw new GraphReauthRequiredError(
        'The account is not connected, and only it can read the message again.',
      );
    return this.access.with(account, async ({ host, token }) => {
      const { raw } = await this.graph.call({
        method: 'GET',
        host,
        path: `/${encodeURIComponent(mid)}`,
        token,
        query: { fields: FIELDS },
        response: GraphNode,
        // Tried again later, with the row; here it would hold up the next file.
        retry: 'never',
      });
      return raw;
    });
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphNode } from '../../graph-client/graph-node';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { DirectMediaFetcher, type MessageAtMeta } from '../../message-media/direct-media-fetcher';
import { type MediaSource, MediaSources } from '../../message-media/media-sources';
import type { ClaimedMedia, FetchedFile } from '../../message-media/message-media.repository';
import { PageTokens } from '../pages/page-tokens';
import { PagesRepository } from '../pages/pages.repository';

/** What a message holds that has an address. */
const FIELDS = 'id,sticker,attachments,shares';

/** The files of messages of Pages. */
@Injectable()
export class MessengerMediaSource implements MediaSource, OnModuleInit {
  constructor(
    private readonly sources: MediaSources,
    private readonly fetcher: DirectMediaFetcher,
    private readonly pages: PagesRepository,
    private readonly tokens: PageTokens,
    private readonly graph: GraphClient,
  ) {}

  onModuleInit(): void {
    this.sources.register('messenger', this);
  }

  fetch(media: ClaimedMedia, signal: AbortSignal): Promise<FetchedFile> {
    return this.fetcher.fetch(media, signal, (message) => this.read(message));
  }

  private async read({ accountId, assetId, mid }: MessageAtMeta): Promise<Readonly<Record<string, unknown>>> {
    const page = await this.pages.findConnectedById(accountId, assetId);
    if (page === null)
      throw new GraphReauthRequiredError(
        'The Page is not connected, and only it can read the message again.',
      );
    return this.tokens.withToken(page, async (token) => {
      const { raw } = await this.graph.call({
        method: 'GET',
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

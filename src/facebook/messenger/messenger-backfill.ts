import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DirectHistory } from '../../conversations/direct/direct-history.service';
import {
  type Backfiller,
  type BackfillRequest,
  BackfillRegistry,
  type BackfillResult,
} from '../../webhooks/gaps/backfill.registry';
import { noSuchPage } from '../pages/page-scope';
import { PageTokens } from '../pages/page-tokens';
import { PagesRepository } from '../pages/pages.repository';

/** Has Messenger's conversations of a gap again. Comments are a backfiller of their own for the same kind of asset. */
@Injectable()
export class MessengerBackfill implements Backfiller, OnModuleInit {
  readonly kind = 'page';

  constructor(
    private readonly backfills: BackfillRegistry,
    private readonly pages: PagesRepository,
    private readonly tokens: PageTokens,
    private readonly history: DirectHistory,
  ) {}

  onModuleInit(): void {
    this.backfills.register(this);
  }

  async backfill({ accountId, assetId, metaId, from, until }: BackfillRequest): Promise<BackfillResult> {
    const page = await this.pages.findConnected(accountId, metaId);
    if (page === null) throw noSuchPage();
    return this.tokens.withToken(page, (token) =>
      this.history.read({
        accountId,
        assetId,
        platform: 'messenger',
        nodeId: metaId,
        businessIds: [metaId],
        token,
        from,
        until,
      }),
    );
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DirectHistory } from '../../conversations/direct/direct-history.service';
import {
  type BackfillRequest,
  type BackfillResult,
  type Backfiller,
  BackfillRegistry,
} from '../../webhooks/gaps/backfill.registry';
import { AccountsRepository } from '../accounts/accounts.repository';
import { notConnected } from '../accounts/accounts.service';
import { InstagramAccess } from '../accounts/instagram-access';

/** Reads again the direct messages that were missed. */
@Injectable()
export class MessageBackfill implements Backfiller, OnModuleInit {
  readonly kind = 'instagram';

  constructor(
    private readonly registry: BackfillRegistry,
    private readonly repository: AccountsRepository,
    private readonly access: InstagramAccess,
    private readonly history: DirectHistory,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async backfill({ accountId, assetId, from, until }: BackfillRequest): Promise<BackfillResult> {
    const account = await this.repository.findConnected(accountId, assetId);
    if (account === null) throw notConnected();
    const { igAccountId, appScopedId, pageId } = account;
    return this.access.with(account, ({ host, token }) =>
      this.history.read({
        accountId,
        assetId,
        platform: 'instagram',
        nodeId: pageId ?? 'me',
        businessIds: appScopedId === null ? [igAccountId] : [igAccountId, appScopedId],
        token,
        host,
        from,
        until,
      }),
    );
  }
}

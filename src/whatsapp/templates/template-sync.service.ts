import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import { GraphError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsRepository } from '../accounts/accounts.repository';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import { type FoundTemplate, TemplateApi } from './template-api';
import { type SyncState, TemplateSyncRepository } from './template-sync.repository';
import { TemplatesRepository, type WabaRef } from './templates.repository';

/** Webhooks tell of changes at once; this is for what they do not tell, such as a template made in WhatsApp Manager. */
export const STALE_AFTER_MS = 60 * 60_000;
const LOOK_AGAIN_MS = 100;
/** Somebody waits for the answer that this is to complete. */
const READ_TIMEOUT_MS = 5_000;
/** A request does not wait longer than this for somebody else's sync: it then answers with what is stored. */
const LONGEST_WAIT_MS = 30_000;

/** How true the stored templates are. */
export interface Freshness {
  syncedAt: Date | null;
  /** They should have been read again, and Meta did not answer. */
  isStale: boolean;
}

/** Keeps the stored templates of a WABA the same as Meta's. */
@Injectable()
export class TemplateSyncService {
  constructor(
    private readonly api: TemplateApi,
    private readonly tokens: MetaTokenService,
    private readonly syncs: TemplateSyncRepository,
    private readonly templates: TemplatesRepository,
    private readonly accounts: AccountsRepository,
  ) {}

  /**
   * Reads the list from Meta if that was last done too long ago, or if `force` says so.
   * @throws GraphError when Meta cannot be read and nothing is stored, or when a person has to do something about it
   */
  async ensureFresh(waba: WhatsAppBusinessAccountEntity, force: boolean): Promise<Freshness> {
    const { syncedAt, at } = await this.getState(waba);
    if (!force && isFresh(syncedAt)) return { syncedAt, isStale: false };
    try {
      await this.sync(waba, force ? at : staleBefore(at));
    } catch (error) {
      const canWait = error instanceof GraphError && error.retryable;
      // Who asks for Meta's list by name is not served an old one as if it were that.
      if (force || !canWait || !(await this.templates.hasAny(waba))) throw error;
      return { syncedAt, isStale: true };
    }
    const after = await this.getState(waba);
    return { syncedAt: after.syncedAt, isStale: !isFresh(after.syncedAt) };
  }

  /**
   * For jobs: does nothing when the WABA is gone or was read meanwhile.
   * @param maxAgeMs what is older is read again; left out, what counts as stale for everybody
   */
  async syncIfStale(accountId: AccountId, wabaId: string, maxAgeMs?: number): Promise<void> {
    const waba = (await this.accounts.wabasOf(accountId)).find((each) => each.wabaId === wabaId);
    if (waba === undefined) return;
    const { syncedAt, at } = await this.getState(waba);
    if (maxAgeMs === undefined) {
      if (!isFresh(syncedAt)) await this.sync(waba, staleBefore(at));
    } else if (syncedAt === null || Date.now() - syncedAt.getTime() > maxAgeMs) await this.sync(waba, at);
  }

  /**
   * Reads all languages of one name, and stores them: after a call whose outcome nobody heard.
   * @returns what Meta has under exactly this name
   * @throws GraphError
   */
  async readName(waba: WabaRef, name: string): Promise<FoundTemplate[]> {
    const found: FoundTemplate[] = [];
    await this.tokens.withToken(waba.accountId, async (token) => {
      const readAt = await this.templates.now();
      for await (const page of this.api.pages(token, waba.wabaId, { name, timeoutMs: READ_TIMEOUT_MS })) {
        // Meta's filter finds names that contain this one, too.
        const mine = page.filter((template) => template.name === name);
        await this.syncs.storePage(waba, mine, readAt, false);
        found.push(...mine);
      }
    });
    return found;
  }

  /**
   * Several at once become one: who comes while it runs waits for its end instead of asking Meta the same again.
   * @param notBefore a list read since then will do
   */
  private async sync(waba: WhatsAppBusinessAccountEntity, notBefore: Date): Promise<void> {
    const giveUpAt = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      const beganAt = await this.syncs.begin(waba, notBefore);
      if (beganAt !== null) {
        await this.run(waba, beganAt);
        return;
      }
      let state = await this.getState(waba);
      while (state.isRunning && Date.now() < giveUpAt) {
        await sleep(LOOK_AGAIN_MS);
        state = await this.getState(waba);
      }
      // Should the other one have failed, this one tries itself and meets the same error, which its caller is owed.
      if (state.isRunning || (state.syncedAt !== null && state.syncedAt >= notBefore)) return;
    }
  }

  private async getState(waba: WhatsAppBusinessAccountEntity): Promise<SyncState> {
    const state = await this.syncs.state(waba);
    // Taken out while somebody waited for it.
    if (state === null) throw new NotFoundError('There is no such WhatsApp Business Account.');
    return state;
  }

  private async run(waba: WhatsAppBusinessAccountEntity, beganAt: Date): Promise<void> {
    try {
      await this.tokens.withToken(waba.accountId, async (token) => {
        let readAt = beganAt;
        for await (const page of this.api.pages(token, waba.wabaId)) {
          await this.syncs.storePage(waba, page, readAt);
          readAt = await this.templates.now();
        }
      });
      await this.syncs.complete(waba, beganAt);
    } catch (error) {
      await this.syncs.abandon(waba);
      throw error;
    }
  }
}

/** Who only wants nothing stale is served by a list that somebody has read since they looked. */
function staleBefore(now: Date): Date {
  return new Date(now.getTime() - STALE_AFTER_MS);
}

function isFresh(syncedAt: Date | null): boolean {
  return syncedAt !== null && Date.now() - syncedAt.getTime() < STALE_AFTER_MS;
}

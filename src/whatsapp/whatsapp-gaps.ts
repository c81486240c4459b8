import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AccountId } from '../database/ids';
import { UnsettledSends } from '../conversations/sends/unsettled-sends.service';
import { NotFoundError } from '../errors/app.error';
import { MetaTokenService } from '../meta-auth/meta-token.service';
import type { GapCause } from '../webhooks/entities/webhook-gap.entity';
import {
  type BackfillRequest,
  BackfillRegistry,
  type BackfillResult,
} from '../webhooks/gaps/backfill.registry';
import { AccountsRepository } from './accounts/accounts.repository';
import type { WhatsAppBusinessAccountEntity } from './entities/whatsapp-business-account.entity';
import { TemplateSyncService } from './templates/template-sync.service';
import { WabaImporter } from './accounts/waba-importer';

/** A phone that was off gets its messages later: statuses of those may have come during the gap. */
const SENT_BEFORE_MS = 24 * 60 * 60_000;

/**
 * What can be had again of what WhatsApp's webhooks told during a gap: the present state of accounts, numbers and templates.
 * Messages and statuses cannot: the Cloud API lets nobody read them.
 */
@Injectable()
export class WhatsAppGaps implements OnModuleInit {
  constructor(
    private readonly backfills: BackfillRegistry,
    private readonly accounts: AccountsRepository,
    private readonly importer: WabaImporter,
    private readonly templates: TemplateSyncService,
    private readonly tokens: MetaTokenService,
    private readonly sends: UnsettledSends,
  ) {}

  onModuleInit(): void {
    this.backfills.register({ kind: 'waba', backfill: (request) => this.readState(request) });
    this.backfills.registerUnreadable({ kind: 'phone_number', explain: (gap) => this.explain(gap) });
  }

  private async readState({ accountId, metaId }: BackfillRequest): Promise<BackfillResult> {
    await this.tokens.withToken(accountId, (token) => this.importer.import(accountId, token, metaId));
    await this.templates.ensureFresh(await this.waba(accountId, metaId), true);
    return {
      found: 0,
      stored: 0,
      note: 'The account, its numbers and its templates were read again from Meta, so that their state is right. Messages cannot be read again; see the gaps of the numbers.',
    };
  }

  private async waba(accountId: AccountId, wabaId: string): Promise<WhatsAppBusinessAccountEntity> {
    const found = (await this.accounts.wabasOf(accountId)).find((waba) => waba.wabaId === wabaId);
    if (found === undefined) throw new NotFoundError('There is no such WhatsApp Business Account.');
    return found;
  }

  private async explain(gap: BackfillRequest & { cause: GapCause }): Promise<string> {
    const { accountId, assetId, from, until, cause } = gap;
    const window = { from: new Date(from.getTime() - SENT_BEFORE_MS), until };
    const unsettled = await this.sends.count(accountId, assetId, window);
    const sentences = [
      `Messages and statuses of this number between ${minuteOf(from)} and ${minuteOf(until)} may be missing. WhatsApp lets nobody read them again.`,
      cause === 'receiver_down'
        ? 'Meta repeats for up to seven days what it could not deliver, so most of it may still arrive by itself.'
        : 'Meta sent nothing in that time and will not send it later.',
    ];
    if (unsettled > 0)
      sentences.push(
        unsettled === 1
          ? '1 message that was sent then or in the day before has no delivery or failure reported.'
          : `${unsettled} messages that were sent then or in the day before have no delivery or failure reported.`,
      );
    return sentences.join(' ');
  }
}

function minuteOf(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

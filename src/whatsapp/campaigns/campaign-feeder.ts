import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AssetId } from '../../database/ids';
import type { SendOrder } from '../../conversations/conversation-types';
import { SendLedger } from '../../conversations/sends/send-ledger.service';
import { repeatLostRaces } from '../../database/lost-race';
import { CampaignEntity } from '../entities/campaign.entity';
import { personOf, recipientFields } from '../sending/recipient';
import { SendingWaker } from '../../sending/sending-waker';
import { CampaignAudienceRepository, type PendingRecipient } from './campaign-audience.repository';
import type { CampaignKey } from './campaign-imports.repository';
import type { CampaignMessage } from './campaign-message';
import { CampaignObstacles } from './campaign-obstacles';
import { CampaignProgressRepository } from './campaign-progress.repository';
import { CampaignTemplates } from './campaign-templates';
import { lookaheadOf } from './campaign-throughput';
import { isUserId } from './recipient-lines';

/** Orders of one transaction: as many as cost little more than one. */
const CHUNK = 500;
/** Then another campaign has its turn. */
const MOST_CHUNKS = 8;
const MARKETING = 'MARKETING';

interface AheadRow {
  queued: number;
  throughput_level: string | null;
  is_on_biz_app: boolean | null;
}

/**
 * Turns recipients of running campaigns into orders to send, not much faster than their number can send. Any number of
 * workers may do so at once: each recipient is locked by one, and becomes `queued` in the transaction that orders the
 * message. Whoever dies leaves either both or nothing.
 */
@Injectable()
export class CampaignFeeder {
  private readonly log = new Logger(CampaignFeeder.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly audience: CampaignAudienceRepository,
    private readonly progress: CampaignProgressRepository,
    private readonly templates: CampaignTemplates,
    private readonly obstacles: CampaignObstacles,
    private readonly ledger: SendLedger,
    private readonly waker: SendingWaker,
  ) {}

  /** Orders until the campaign is far enough ahead, has nobody left or something stands in its way. */
  async feed(key: CampaignKey, isStopping: () => boolean = () => false): Promise<void> {
    for (let chunk = 0; chunk < MOST_CHUNKS && !isStopping(); chunk += 1) {
      const fed = await repeatLostRaces(() => this.database.transaction((tx) => this.feedChunk(tx, key)));
      if (fed.assetId !== null)
        this.waker.wake({ platform: 'whatsapp', accountId: key.accountId, assetId: fed.assetId });
      if (!fed.isMoreWanted) return;
    }
  }

  private async feedChunk(
    tx: EntityManager,
    key: CampaignKey,
  ): Promise<{ assetId: AssetId | null; isMoreWanted: boolean }> {
    // Shared by all who feed; whoever pauses or cancels waits until they have committed, and finds all that they ordered.
    const campaign = await tx.findOne(CampaignEntity, {
      where: { accountId: key.accountId, id: key.id, state: 'running' },
      lock: { mode: 'pessimistic_read' },
    });
    if (campaign === null) return NOTHING;
    const room = await this.roomOf(tx, campaign);
    // The watch pauses it and says why.
    if (room <= 0 || (await this.obstacles.find(key, tx)) !== null) return NOTHING;

    const size = Math.min(CHUNK, room);
    const pending = await this.audience.takePending(tx, key, size);
    if (pending.length === 0) return NOTHING;
    const { message, category } = await this.templates.known(campaign, tx);
    const unwanted = await this.audience.findUnwanted(tx, key, pending, category === MARKETING);
    const wanted = pending.filter(({ id }) => !unwanted.has(id));
    const orders = wanted.map((recipient) => orderOf(campaign, message, recipient));
    const ordered = await this.ledger.orderAll(tx, orders);
    const queued = wanted.flatMap(({ id }, index) => {
      const messageId = ordered[index]?.messageId;
      return messageId === undefined ? [] : [{ id, messageId }];
    });
    if (queued.length !== wanted.length) throw new Error('An order of a campaign was not placed.');
    await this.audience.recordSkipped(tx, key, unwanted);
    await this.audience.recordQueued(tx, key, queued);
    await this.progress.change(tx, key, {
      pending: -pending.length,
      skipped: unwanted.size,
      queued: queued.length,
    });
    this.log.debug(`Campaign ${key.id}: ${queued.length} ordered, ${unwanted.size} left out`);
    return { assetId: queued.length > 0 ? campaign.assetId : null, isMoreWanted: pending.length === size };
  }

  /** How many more may be ordered ahead. Workers that look at once may each order so many, which is a chunk too much. */
  private async roomOf(tx: EntityManager, { accountId, id, assetId }: CampaignEntity): Promise<number> {
    const [row]: AheadRow[] = await tx.query(
      `SELECT p.queued, n.throughput_level, n.is_on_biz_app
         FROM campaign_progress p
         JOIN whatsapp_phone_numbers n ON n.account_id = p.account_id AND n.id = $3
        WHERE p.account_id = $1 AND p.campaign_id = $2`,
      [accountId, id, assetId],
    );
    if (row === undefined) return 0;
    const speed = { throughputLevel: row.throughput_level, isOnBizApp: row.is_on_biz_app === true };
    return lookaheadOf(speed) - row.queued;
  }
}

const NOTHING = { assetId: null, isMoreWanted: false };

function orderOf(
  campaign: CampaignEntity,
  message: CampaignMessage,
  { recipient, parameters }: PendingRecipient,
): SendOrder {
  const { template, text } = message.fill(parameters);
  const to = isUserId(recipient)
    ? ({ kind: 'bsuid', id: recipient } as const)
    : ({ kind: 'phone', digits: recipient } as const);
  return {
    accountId: campaign.accountId,
    assetId: campaign.assetId,
    platform: 'whatsapp',
    person: personOf(to),
    groupId: '',
    senderId: campaign.createdBy,
    type: 'template',
    text,
    content: template,
    context: null,
    request: { recipient_type: 'individual', ...recipientFields(to), type: 'template', template },
    lane: 'campaign',
    campaignId: campaign.id,
    sendAt: null,
  };
}

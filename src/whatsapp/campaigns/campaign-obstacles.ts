import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, CampaignId } from '../../database/ids';
import type { PauseReason } from '../entities/campaign.entity';
import type { CampaignKey } from './campaign-imports.repository';

/** What decides whether a campaign may send, as it is stored at this moment. */
export interface Standing {
  account_status: string | null;
  number_status: string | null;
  quality_rating: string | null;
  is_number_ours: boolean;
  waba_status: string | null;
  restrictions: { type: string; expiresAt: string | null }[];
  template_status: string | null;
  template_category: string | null;
  started_category: string | null;
}

export interface RunningStanding extends Standing {
  account_id: AccountId;
  id: CampaignId;
  name: string;
  recent: number;
  recent_failed: number;
  recent_limited: number;
  stop_error: { code: string; title: string | null } | null;
}

/** Of a number's own states those in which Meta takes messages from it, or says nothing. */
const USABLE_NUMBERS: readonly string[] = ['CONNECTED', 'UNKNOWN', 'LINKED'];
/** A business account says many things; these forbid sending. */
const UNUSABLE_WABAS =
  /^(?:BANNED|DISABLED?|DISABLE|DELETED|ACCOUNT_DELETED|REJECTED|REMOVED|OFFBOARDED|VIOLATION.*)$/;

const NUMBER_STATES: Readonly<Record<string, PauseReason>> = {
  DISCONNECTED: reason(
    'number_disconnected',
    'The number is not registered for the Cloud API any more. Register it again.',
  ),
  PENDING: reason('number_disconnected', 'The number is not registered for the Cloud API. Register it.'),
  UNVERIFIED: reason('number_disconnected', 'The number is not verified. Verify and register it.'),
  MIGRATED: reason('number_removed', 'The number was moved to another business account.'),
  DELETED: reason('number_removed', 'The number was deleted.'),
  BANNED: reason('number_banned', 'Meta has banned the number. Appeal in WhatsApp Manager.'),
  FLAGGED: reason(
    'number_flagged',
    'Meta has flagged the number: too many people block or report it. Wait until the flag is gone.',
  ),
  RESTRICTED: reason('number_restricted', 'Meta restricts the number. See WhatsApp Manager for how long.'),
  RATE_LIMITED: reason(
    'number_rate_limited',
    'The number has reached its messaging limit. Wait until tomorrow.',
  ),
};

const TEMPLATE_STATES: Readonly<Record<string, PauseReason>> = {
  PAUSED: reason(
    'template_paused',
    'Meta has paused the template because of its quality. Wait for the end of the pause, or edit it.',
  ),
  REJECTED: reason('template_rejected', 'Meta has rejected the template. Correct it and have it approved.'),
  DISABLED: reason(
    'template_disabled',
    'Meta has disabled the template for good. Make a campaign with another one.',
  ),
  PENDING: reason(
    'template_in_review',
    'The template is in review, as after every edit. Wait for its approval.',
  ),
  IN_APPEAL: reason('template_rejected', 'Meta has rejected the template; the appeal has not been decided.'),
  PENDING_DELETION: reason(
    'template_deleted',
    'The template is being deleted. Make a campaign with another one.',
  ),
  DELETED: reason('template_deleted', 'The template was deleted. Make a campaign with another one.'),
  ARCHIVED: reason(
    'template_archived',
    'The template is archived. Take it out of the archive in WhatsApp Manager.',
  ),
  LIMIT_EXCEEDED: reason('template_rejected', 'Meta has not taken the template: the account has too many.'),
};

const COLUMNS = `
         a.status AS account_status, n.status AS number_status, n.quality_rating,
         n.deleted_at IS NULL AND s.released_at IS NULL AS is_number_ours,
         w.status AS waba_status, w.restrictions, t.status AS template_status, t.category AS template_category,
         c.template_category AS started_category`;

const TABLES = `
    FROM campaigns c
    JOIN meta_accounts a ON a.id = c.account_id
    JOIN whatsapp_phone_numbers n ON n.account_id = c.account_id AND n.id = c.asset_id
    JOIN assets s ON s.account_id = n.account_id AND s.id = n.id
    JOIN whatsapp_business_accounts w ON w.account_id = c.account_id AND w.id = c.waba_id
    LEFT JOIN whatsapp_templates t ON t.account_id = c.account_id AND t.waba_id = c.waba_id
     AND t.name = c.template_name AND t.language = c.template_language AND t.deleted_at IS NULL`;

/** Tells what keeps a campaign from sending: from what is stored, whichever webhook or answer wrote it. */
@Injectable()
export class CampaignObstacles {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** null when nothing stands in the way. */
  async find(
    { accountId, id }: CampaignKey,
    manager: EntityManager = this.database.manager,
  ): Promise<PauseReason | null> {
    const [standing]: Standing[] = await manager.query(
      `SELECT ${COLUMNS} ${TABLES} WHERE c.account_id = $1 AND c.id = $2`,
      [accountId, id],
    );
    return standing === undefined
      ? reason('number_removed', 'The number of the campaign is not there any more.')
      : obstacleOf(standing, new Date());
  }

  /** Of all campaigns that are running, with what has become of their messages of late. */
  async ofRunning(limit: number): Promise<RunningStanding[]> {
    return this.database.query(
      `SELECT c.account_id, c.id, c.name, p.recent, p.recent_failed, p.recent_limited, p.stop_error, ${COLUMNS} ${TABLES}
         JOIN campaign_progress p ON p.account_id = c.account_id AND p.campaign_id = c.id
        WHERE c.state = 'running' ORDER BY c.id LIMIT $1`,
      [limit],
    );
  }
}

export function obstacleOf(standing: Standing, now: Date): PauseReason | null {
  const { account_status: account, number_status: number, template_status: template } = standing;
  if (account !== 'active')
    return reason(
      'account_reauth_required',
      'Meta no longer accepts the connection. Connect the account again.',
    );
  if (!standing.is_number_ours)
    return reason('number_removed', 'The number does not belong to this account any more.');
  const { waba_status: waba, restrictions } = standing;
  // A restriction that is listed says itself what it forbids, and until when.
  if (waba !== null && (UNUSABLE_WABAS.test(waba) || (waba === 'RESTRICTED' && restrictions.length === 0)))
    return reason(
      'account_restricted',
      `Meta says ${waba} of the WhatsApp account. See WhatsApp Manager for what to do.`,
    );
  const restriction = standing.restrictions.find(
    ({ type, expiresAt }) =>
      type === 'RESTRICTED_BIZ_INITIATED_MESSAGING' && (expiresAt === null || new Date(expiresAt) > now),
  );
  if (restriction !== undefined)
    return reason(
      'account_restricted',
      `Meta does not let the business begin conversations${restriction.expiresAt === null ? '' : ` until ${restriction.expiresAt}`}.`,
    );
  if (number !== null && !USABLE_NUMBERS.includes(number))
    return NUMBER_STATES[number] ?? reason('number_restricted', `Meta says ${number} of the number.`);
  if (standing.quality_rating === 'RED')
    return reason(
      'quality_low',
      'The quality of the number is low: more messages that people do not want would cost it its limit. Wait until it has recovered.',
    );
  if (template === null)
    return reason(
      'template_deleted',
      'The template does not exist any more. Make a campaign with another one.',
    );
  if (TEMPLATE_STATES[template] !== undefined) return TEMPLATE_STATES[template];
  const { started_category: started, template_category: category } = standing;
  if (started !== null && category !== started)
    return reason(
      'template_recategorised',
      `Meta has moved the template from ${started} to ${category ?? 'no category'}, which changes its price and who may get it. Resume to go on all the same.`,
    );
  return null;
}

function reason(code: string, message: string): PauseReason {
  return { code, message };
}

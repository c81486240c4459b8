import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { refusalsOfPerson } from '../../conversations/contacts/person-sql';
import { firstIdAt } from '../../database/ids';
import type { CampaignForecastDto, ForecastLimitDto, ForecastWarningDto } from '../dto/campaign-forecast.dto';
import { perSecond } from '../sending/throughput';
import { CampaignObstacles } from './campaign-obstacles';
import { peopleOfTier, priceListOf, priceOf } from './campaign-prices';
import { CampaignTemplates } from './campaign-templates';
import type { CampaignKey } from './campaign-imports.repository';
import type { CampaignView } from './campaigns.repository';

const MARKETING = 'MARKETING';
const DAY_MS = 86_400_000;

interface AudienceRow {
  verdict: 'opted_out' | 'marketing_opted_out' | 'duplicate' | 'sendable';
  prefix: string;
  count: number;
  new_people: number;
}

interface FactsRow {
  quality_rating: string | null;
  messaging_limit: string | null;
  template_status: string | null;
  correct_category: string | null;
  template_quality: string | null;
}

/** Looks ahead: who would get the message, how long it takes, what it costs, what stands in the way. */
@Injectable()
export class CampaignForecast {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly templates: CampaignTemplates,
    private readonly obstacles: CampaignObstacles,
  ) {}

  async forecast(view: CampaignView): Promise<CampaignForecastDto> {
    const { campaign } = view;
    const { category } = await this.templates.known(campaign);
    const audience = await this.audience(view, category === MARKETING);
    const facts = await this.facts(campaign);
    const sum = (verdict: AudienceRow['verdict']): number =>
      audience.filter((row) => row.verdict === verdict).reduce((total, { count }) => total + count, 0);
    const sendable = sum('sendable');
    const newPeople = audience.reduce((total, row) => total + row.new_people, 0);
    const limit = await this.limit(campaign, facts?.messaging_limit ?? null, newPeople);
    const speed = perSecond(view);
    const obstacle = await this.obstacles.find(campaign);
    return {
      sendable,
      skipped: {
        optedOut: sum('opted_out'),
        marketingOptedOut: sum('marketing_opted_out'),
        duplicate: sum('duplicate'),
      },
      perSecond: speed,
      durationSeconds: Math.ceil(sendable / speed),
      limit,
      category,
      price: priceOf(
        priceListOf(this.config.env.WHATSAPP_PRICES),
        category,
        audience.filter(({ verdict }) => verdict === 'sendable'),
      ),
      obstacles: obstacle === null ? [] : [obstacle],
      warnings: warningsOf(view, facts, limit, category),
    };
  }

  /** Everybody who is pending, by what would become of them and by the beginning of their number. */
  private async audience({ campaign, progress }: CampaignView, isMarketing: boolean): Promise<AudienceRow[]> {
    if (progress.pending === 0) return [];
    return this.database.query(
      `WITH judged AS (
         SELECT p.id, left(p.recipient, 6) AS prefix, c.id AS contact_id, said.opted_out_at, said.marketing_opted_out_at,
                c.id IS NOT NULL AND row_number() OVER (PARTITION BY c.id ORDER BY p.id) > 1 AS is_duplicate
           FROM campaign_recipients p
           -- One after the other by the index, however large the table of all identities is.
           LEFT JOIN LATERAL (
             SELECT i.contact_id FROM contact_identities i
              WHERE i.account_id = $1 AND i.kind = ANY('{wa_id,phone,bsuid,parent_bsuid}'::text[])
                AND i.value = ANY(ARRAY[p.recipient, p.person_key])
              ORDER BY i.kind DESC LIMIT 1) k ON true
           LEFT JOIN contacts c ON c.account_id = $1 AND c.id = k.contact_id
          CROSS JOIN LATERAL ${refusalsOfPerson('c')} AS said
          WHERE p.account_id = $1 AND p.campaign_id = $2 AND p.state = 'pending')
       SELECT CASE WHEN opted_out_at IS NOT NULL THEN 'opted_out'
                   WHEN $3 AND marketing_opted_out_at IS NOT NULL THEN 'marketing_opted_out'
                   WHEN is_duplicate THEN 'duplicate' ELSE 'sendable' END AS verdict,
              prefix, count(*)::int AS count,
              (count(*) FILTER (WHERE opted_out_at IS NULL AND NOT ($3 AND marketing_opted_out_at IS NOT NULL)
                AND NOT is_duplicate AND NOT EXISTS (
                  SELECT FROM conversations v WHERE v.account_id = $1 AND v.contact_id = j.contact_id
                     AND v.asset_id = $4 AND v.window_expires_at > now())))::int AS new_people
         FROM judged j GROUP BY 1, 2`,
      [campaign.accountId, campaign.id, isMarketing, campaign.assetId],
    );
  }

  /** Meta counts over all numbers of the business; what was sent from elsewhere is not known here. */
  private async limit(
    { accountId }: CampaignKey,
    tier: string | null,
    newPeople: number,
  ): Promise<ForecastLimitDto> {
    const [row]: { people: number }[] = await this.database.query(
      `SELECT count(DISTINCT m.contact_id)::int AS people
         FROM messages m JOIN conversations v ON v.account_id = m.account_id AND v.id = m.conversation_id
        WHERE m.account_id = $1 AND m.id >= $2 AND m.platform = 'whatsapp' AND m.direction = 'outbound'
          AND m.type = 'template' AND m.status NOT IN ('failed', 'unknown')
          AND (v.last_inbound_at IS NULL OR v.last_inbound_at < m."timestamp" - interval '24 hours'
               OR v.last_inbound_at > m."timestamp")`,
      [accountId, firstIdAt(new Date(Date.now() - DAY_MS))],
    );
    const usedOfLate = row?.people ?? 0;
    const people = peopleOfTier(tier) ?? null;
    const beyond = people === null ? 0 : Math.max(0, Math.min(newPeople, usedOfLate + newPeople - people));
    return { tier, people, usedOfLate, newPeople, beyond };
  }

  private async facts({ accountId, id }: CampaignKey): Promise<FactsRow | undefined> {
    const [row]: FactsRow[] = await this.database.query(
      `SELECT n.quality_rating, coalesce(w.messaging_limit, n.messaging_limit) AS messaging_limit,
              t.status AS template_status, t.correct_category, t.quality_score AS template_quality
         FROM campaigns c
         JOIN whatsapp_phone_numbers n ON n.account_id = c.account_id AND n.id = c.asset_id
         JOIN whatsapp_business_accounts w ON w.account_id = c.account_id AND w.id = c.waba_id
         LEFT JOIN whatsapp_templates t ON t.account_id = c.account_id AND t.waba_id = c.waba_id
          AND t.name = c.template_name AND t.language = c.template_language AND t.deleted_at IS NULL
        WHERE c.account_id = $1 AND c.id = $2`,
      [accountId, id],
    );
    return row;
  }
}

function warningsOf(
  { progress }: CampaignView,
  facts: FactsRow | undefined,
  limit: ForecastLimitDto,
  category: string | null,
): ForecastWarningDto[] {
  const warnings: ForecastWarningDto[] = [];
  const warn = (code: string, message: string): number => warnings.push({ code, message });
  if (progress.pending === 0) warn('no_recipients', 'There is nobody to send to.');
  if (facts?.quality_rating === 'YELLOW')
    warn(
      'quality_yellow',
      'The quality of the number is medium: if it falls further, the campaign pauses by itself.',
    );
  if (facts?.template_quality === 'YELLOW' || facts?.template_quality === 'RED')
    warn(
      'template_quality',
      `The quality of the template is ${facts.template_quality}: Meta may pause it half-way.`,
    );
  if (facts?.correct_category != null && facts.correct_category !== category)
    warn(
      'template_category',
      `Meta has announced to move the template to ${facts.correct_category}, which changes its price.`,
    );
  if (limit.people === null && limit.tier === null)
    warn('limit_unknown', 'The messaging limit of the number is not known.');
  if (limit.beyond > 0)
    warn(
      'limit_exceeded',
      `${limit.beyond} people do not fit into the limit of ${limit.people ?? 0} new people in 24 hours at present.`,
    );
  if (category === MARKETING)
    warn(
      'marketing',
      'Meta may hold marketing back from people who get much of it, and delivers none to numbers of the United States.',
    );
  return warnings;
}

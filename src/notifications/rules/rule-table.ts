import type { AccountId } from '../../database/ids';
import type { DomainEventKind } from '../../domain-events/domain-events';
import type { DeliveredEvent } from '../../domain-events/outbox-subscribers';
import { ACCOUNT_RULES } from './account.rules';
import { CAMPAIGN_RULES } from './campaign.rules';
import { CHANNEL_RULES } from './channel.rules';
import { CONVERSATION_RULES } from './conversation.rules';
import { ENDPOINT_RULES } from './endpoint.rules';
import type { Finding, RuleTable, Surroundings } from './finding';
import { INSTAGRAM_RULES } from './instagram.rules';
import { NUMBER_RULES } from './number.rules';
import { POST_RULES } from './post.rules';
import { REPORT_RULES } from './report.rules';
import { SENTIMENT_RULES } from './sentiment.rules';
import { TEMPLATE_RULES } from './template.rules';
import { WABA_RULES } from './waba.rules';
import { WEBHOOK_RULES } from './webhook.rules';
import { WHATSAPP_RULES } from './whatsapp.rules';

const RULES: RuleTable = {
  ...ACCOUNT_RULES,
  ...CAMPAIGN_RULES,
  ...CHANNEL_RULES,
  ...CONVERSATION_RULES,
  ...ENDPOINT_RULES,
  ...INSTAGRAM_RULES,
  ...NUMBER_RULES,
  ...POST_RULES,
  ...REPORT_RULES,
  ...SENTIMENT_RULES,
  ...TEMPLATE_RULES,
  ...WABA_RULES,
  ...WEBHOOK_RULES,
  ...WHATSAPP_RULES,
};

export const TOLD_KINDS = Object.keys(RULES) as DomainEventKind[];

/** What people are told of an event; nothing of a kind that has no rule. */
export function findingsOf(
  event: Pick<DeliveredEvent, 'kind' | 'payload' | 'accountId'>,
  surroundings: Surroundings = NOTHING_KNOWN,
): Finding[] {
  // The table gives each kind a rule for its own payload.
  const rule = RULES[event.kind] as
    ((payload: unknown, accountId: AccountId, surroundings: Surroundings) => Finding[]) | undefined;
  return rule?.(event.payload, event.accountId, surroundings) ?? [];
}

const NOTHING_KNOWN: Surroundings = { channelOf: () => null };

import type { CampaignState } from '../../whatsapp/entities/campaign.entity';
import type { MetaTemplateFigure } from '../../whatsapp/meta-figures/meta-template-figures';
import type { FailureGroup } from '../message-metrics/metric-results';
import type { DurationsByKind } from '../response-times/duration-figures';
import type { AnalyticsChannel } from '../scope/analytics-scope';
import type { Funnel } from './funnel-figures';

export interface TemplateErrorCount {
  code: string;
  count: number;
}

export interface TemplatePriceCount {
  /** Meta's category and type of the price; the type may be empty. */
  category: string;
  type: string;
  /** Messages sent in the range that have this price. */
  count: number;
  /** Of these, how many Meta calls billable. */
  billable: number;
}

/** Meta's own figures of a template, and how far ours are from them. */
export interface MetaTemplateComparison extends Omit<MetaTemplateFigure, 'name' | 'language'> {
  /** Ours less Meta's; null where Meta told none. */
  difference: { sent: number | null; delivered: number | null; read: number | null };
}

export interface TemplateFunnel extends Funnel {
  name: string;
  language: string;
  errors: (TemplateErrorCount & { title: string | null })[];
  prices: TemplatePriceCount[];
  /** null: Meta has told nothing of it. */
  meta: MetaTemplateComparison | null;
}

export interface TemplateFunnels {
  templates: TemplateFunnel[];
  /** How many more there are. */
  furtherTemplates: number;
}

export interface TemplateChoice {
  name: string;
  language: string | null;
}

/** How many recipients are in each state at present, whatever the range. */
export interface CampaignAudience {
  total: number;
  pending: number;
  skipped: number;
  unknown: number;
  cancelled: number;
}

export interface CampaignFunnel extends Funnel {
  campaignId: string;
  /** null only when nothing but figures is left of it. */
  name: string | null;
  state: CampaignState | null;
  isDeleted: boolean;
  startedAt: Date | null;
  finishedAt: Date | null;
  template: { name: string; language: string } | null;
  /** Our id of the number. */
  channelId: string | null;
  audience: CampaignAudience | null;
}

export interface CampaignFunnels {
  campaigns: CampaignFunnel[];
  /** How many more there are. */
  furtherCampaigns: number;
}

export interface AgentFigures extends DurationsByKind {
  userId: string;
  /** null: the user was removed. */
  name: string | null;
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  /** Cases whose conversation the user closed. */
  casesClosed: number;
}

export interface AgentList {
  agents: AgentFigures[];
  /** How many more there are. */
  furtherAgents: number;
}

export interface ErrorFigures {
  total: number;
  groups: FailureGroup<AnalyticsChannel>[];
}

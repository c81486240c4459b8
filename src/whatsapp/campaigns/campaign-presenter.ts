import type { CampaignDto, CampaignProgressDto } from '../dto/campaign.dto';
import { perSecond } from '../sending/throughput';
import { CampaignMessage } from './campaign-message';
import { countsOf, leftOf } from './campaign-progress.repository';
import type { CampaignView } from './campaigns.repository';

/** Sooner, a rate is chance. */
const LEAST_SECONDS = 2;

/** A campaign as the API shows it. */
export function presentCampaign(view: CampaignView, now: Date = new Date()): CampaignDto {
  const { campaign } = view;
  const { templateName: name, templateLanguage: language, components, defaults } = campaign;
  return {
    id: campaign.id,
    accountId: campaign.accountId,
    name: campaign.name,
    phoneNumberId: view.phoneNumberId,
    state: campaign.state,
    pauseReason: campaign.state === 'paused' ? campaign.pauseReason : null,
    template: {
      name,
      language,
      components,
      defaults,
      columns: [...new CampaignMessage({ name, language, components, defaults }, null).columns],
      category: campaign.templateCategory,
    },
    progress: progressOf(view, now),
    importing: view.isImporting,
    scheduledAt: campaign.scheduledAt,
    startedAt: campaign.startedAt,
    finishedAt: campaign.finishedAt,
    createdBy: campaign.createdBy,
    createdAt: campaign.createdAt,
    updatedAt: campaign.updatedAt,
  };
}

export function progressOf(view: CampaignView, now: Date): CampaignProgressDto {
  const counts = countsOf(view.progress);
  const { accepted, sent, delivered, read } = counts;
  const wanted = counts.total - counts.skipped - counts.cancelled;
  const left = leftOf(counts);
  const rate = rateOf(view, left, now);
  const toGo = counts.pending + counts.queued;
  // Until there is a rate to go by, what the number can do.
  const assumed = rate !== null && rate > 0 ? rate : perSecond(view);
  const isRunning = view.campaign.runningSince !== null;
  return {
    counts,
    reached: {
      accepted: accepted + sent + delivered + read,
      sent: sent + delivered + read,
      delivered: delivered + read,
      read,
    },
    percent: wanted <= 0 ? 0 : Math.floor((left / wanted) * 1_000) / 10,
    perSecond: rate === null ? null : Math.round(rate * 10) / 10,
    estimatedEndAt: isRunning ? new Date(now.getTime() + Math.ceil(toGo / assumed) * 1_000) : null,
  };
}

function rateOf({ campaign }: CampaignView, left: number, now: Date): number | null {
  if (campaign.runningSince === null) return null;
  const seconds = (now.getTime() - campaign.runningSince.getTime()) / 1_000;
  return seconds < LEAST_SECONDS ? null : Math.max(0, left - campaign.leftBefore) / seconds;
}

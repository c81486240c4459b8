/** Every queue, its jobs and what each carries: ids only, for the rows in PostgreSQL are the truth and may have changed. */
export interface JobContracts {
  'webhook-message': { process: Record<string, never> };
  'webhook-status': { process: Record<string, never> };
  'webhook-account': { process: Record<string, never> };
  'webhook-bulk': { process: Record<string, never> };
  'message-sending': { dispatch: { platform: string; accountId: string; assetId: string } };
  'template-sync': { sync: { accountId: string; wabaId: string; maxAgeMs?: number } };
  'asset-discovery': {
    discover: { accountId: string };
    onboard: { accountId: string; onboardingId: string };
  };
  outbox: { relay: Record<string, never> };
  'webhook-gaps': { repair: { accountId: string; gapId: string } };
  media: { fetch: Record<string, never> };
  campaigns: { feed: { accountId: string; campaignId: string } };
  insights: { pull: { accountId: string; assetId: string } };
  'whatsapp-figures': { pull: { accountId: string; assetId: string } };
  'facebook-publishing': { run: Record<string, never> };
  'instagram-publishing': { advance: Record<string, never> };
  'endpoint-deliveries': { send: Record<string, never> };
  sentiment: { read: Record<string, never> };
  'sentiment-batches': { run: Record<string, never> };
  reports: { build: Record<string, never> };
}

export type QueueName = keyof JobContracts;
export type JobName<Q extends QueueName> = keyof JobContracts[Q] & string;
export type JobPayload<Q extends QueueName, J extends JobName<Q>> = JobContracts[Q][J];

// A record, so that the compiler notices a queue that is missing here.
const NAMES: Record<QueueName, true> = {
  'webhook-message': true,
  'webhook-status': true,
  'webhook-account': true,
  'webhook-bulk': true,
  'message-sending': true,
  'template-sync': true,
  'asset-discovery': true,
  outbox: true,
  'webhook-gaps': true,
  media: true,
  campaigns: true,
  insights: true,
  'whatsapp-figures': true,
  'facebook-publishing': true,
  'instagram-publishing': true,
  'endpoint-deliveries': true,
  sentiment: true,
  'sentiment-batches': true,
  reports: true,
};
export const QUEUE_NAMES = Object.keys(NAMES) as QueueName[];

/** Every queue, its jobs and what each carries: ids only, for the rows in PostgreSQL are the truth and may have changed. */
export interface JobContracts {
  'webhook-inbox': { process: { deliveryId?: string } };
  'message-sending': { send: { accountId: string; messageId: string } };
  'template-sync': { sync: { accountId: string; wabaId: string } };
  'asset-discovery': { discover: { accountId: string } };
}

export type QueueName = keyof JobContracts;
export type JobName<Q extends QueueName> = keyof JobContracts[Q] & string;
export type JobPayload<Q extends QueueName, J extends JobName<Q>> = JobContracts[Q][J];

// A record, so that the compiler notices a queue that is missing here.
const NAMES: Record<QueueName, true> = {
  'webhook-inbox': true,
  'message-sending': true,
  'template-sync': true,
  'asset-discovery': true,
};
export const QUEUE_NAMES = Object.keys(NAMES) as QueueName[];

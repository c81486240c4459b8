import type { AccountId, UserId } from '../../database/ids';
import type { SentimentLabel } from '../../conversations/conversation-types';
import type { BatchFormat } from './batch-layout';

/**
 * `receiving` (the file is coming in) ► `queued` ► `running` ► `completed` or `failed`; `waiting` while nobody can read
 * texts; `cancelled` by whoever handed it in; `removed`: its files go, then it.
 */
export const BATCH_STATES = ['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'] as const;
export type BatchState = (typeof BATCH_STATES)[number];

export interface StoredBatch {
  id: string;
  userId: UserId;
  accountId: AccountId | null;
  state: BatchState;
  fileName: string | null;
  format: BatchFormat;
  delimiter: string | null;
  columns: string[];
  textColumn: number;
  /** Of the file, in bytes, once it is UTF-8. */
  size: number;
  position: number;
  line: number;
  parts: number;
  counts: Record<SentimentLabel, number>;
  /** Lines that have no result. */
  failed: number;
  model: string | null;
  error: { code: string; message: string } | null;
  stuck: number;
  createdAt: Date;
  updatedAt: Date;
  finishedAt: Date | null;
  expiresAt: Date;
}

/** One that this process works on, until its lease is over. */
export interface ClaimedBatch extends StoredBatch {
  claim: string;
}

export interface BatchError {
  line: number;
  code: string;
  message: string;
}

export function uploadKey(batchId: string): string {
  return `sentiment-batches/${batchId}/upload`;
}

export function partKey(batchId: string, part: number): string {
  return `sentiment-batches/${batchId}/part-${part}`;
}

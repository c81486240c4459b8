import type { AssetId } from '../../database/ids';
import type { ErrorExplanation } from '../error-explanations/error-explanation';
import type { Figures, Metric } from './message-figures';
import type { MetricRange } from '../../calendar/metric-range';

/** A WhatsApp number that an account has, or has had: figures outlive it. */
export interface MetricChannel {
  id: AssetId;
  phoneNumberId: string;
  phoneNumber: string | null;
  displayName: string | null;
  wabaId: string | null;
  /** Whether it is the account's at present. */
  isOwned: boolean;
}

export interface MetricPoint {
  timestamp: Date;
  value: number | null;
}

export interface MessageMetrics {
  range: MetricRange;
  metrics: Partial<Record<Metric, MetricPoint[]>>;
  totals: Figures;
  byNumber?: { channel: MetricChannel; totals: Figures }[];
  byTemplate?: { name: string; language: string; totals: Figures }[];
}

/** All failures with one code. */
export interface FailureGroup<Channel = MetricChannel> {
  explanation: ErrorExplanation;
  count: number;
  /** Of all failures, 0 to 1. */
  share: number;
  lastSeenAt: Date;
  /** Our id of the last message; null when it is no longer stored. */
  lastMessageId: string | null;
  byNumber: { channel: Channel; count: number }[];
  byTemplate: { name: string; language: string; count: number }[];
}

export interface Failures {
  range: MetricRange;
  total: number;
  groups: FailureGroup[];
}

import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AnalyticsScope } from '../scope/analytics-scope';
import type { MoodFigures } from './mood-figures';

/** Texts of customers, told apart. */
export const MOOD_SOURCES = ['messages', 'comments'] as const;
export type MoodSource = (typeof MOOD_SOURCES)[number];

export type MoodsBySource<Of> = Record<MoodSource | 'together', Of>;

export interface Moods {
  scope: AnalyticsScope;
  totals: MoodsBySource<MoodFigures>;
  timestamps: Date[];
  /** Figures for each point. */
  points: MoodsBySource<MoodFigures[]>;
  byPlatform: { platform: ConversationPlatform; figures: MoodsBySource<MoodFigures> }[];
}

import type { MessageId } from '../../database/ids';
import type { SentimentLabel, SentimentTrend } from '../conversation-types';

/** How one message of a customer was read. */
export interface MessageMood {
  id: MessageId;
  at: Date;
  label: SentimentLabel;
  /** From 0 to 1. */
  confidence: number;
  /** From -1 to 1. */
  score: number;
  /** Somebody said so, who has seen the message: nobody has to be called. */
  isCorrected: boolean;
}

/** A time in which the customer is angry. */
export interface MoodEpisode {
  /** The message that began it. */
  first: MessageMood;
  /** `strong`: one message that is certainly negative. `repeated`: two negative ones in a row. */
  reason: 'strong' | 'repeated';
  /** The latest message after the first that would have begun it, too; null where there is none. */
  repetition: MessageMood | null;
}

/** What the latest messages of a customer say of a conversation. */
export interface ConversationMood {
  /** From -1 to 1, the latest message weighing most; null where no message was read. */
  score: number | null;
  sentiment: SentimentLabel | null;
  trend: SentimentTrend | null;
  /** The one that has not ended. */
  episode: MoodEpisode | null;
}

/** What a message weighs against all that came before it. */
const WEIGHT = 0.5;
/** The same for what is compared to see a trend: the last few messages, and what was usual before them. */
const RECENT_WEIGHT = 0.6;
const USUAL_WEIGHT = 0.15;
/** Of so few messages there is no telling how they develop. */
const FEWEST_FOR_TREND = 3;
/** A word is reached here, and kept until the score is back behind the other: at the limit it would flicker. */
const LABEL = { enter: 0.3, leave: 0.15 };
const TREND = { enter: 0.2, leave: 0.08 };
/** What an analyzer's own scale makes of its labels: a negative message must weigh as one. */
const LEAST_OF_LABEL = 0.4;
const MOST_OF_NEUTRAL = 0.2;
/** Calm messages in a row after which nobody is angry any more. */
const CALM_MESSAGES = 2;

/**
 * Reads the latest messages from the oldest on. It depends on nothing else, so that it comes out alike however often, in
 * which order and by whom the messages were read.
 * @param messages oldest first
 * @param alertConfidence how certainly negative a message is that makes people look at once
 */
export function moodOf(messages: readonly MessageMood[], alertConfidence: number): ConversationMood {
  let [score, recent, usual] = [0, 0, 0];
  let side = 0;
  let direction = 0;
  let episode: MoodEpisode | null = null;
  let negatives = 0;
  let calm = 0;
  messages.forEach((message, index) => {
    const value = valueOf(message);
    score = index === 0 ? value : mixed(score, value, WEIGHT);
    recent = index === 0 ? value : mixed(recent, value, RECENT_WEIGHT);
    usual = index === 0 ? value : mixed(usual, value, USUAL_WEIGHT);
    side = sideOf(score, side, LABEL);
    direction = index + 1 < FEWEST_FOR_TREND ? 0 : sideOf(recent - usual, direction, TREND);
    const isNegative = message.label === 'negative';
    negatives = isNegative ? negatives + 1 : 0;
    calm = isNegative ? 0 : message.label === 'positive' ? CALM_MESSAGES : calm + 1;
    const isStrong = isNegative && !message.isCorrected && message.confidence >= alertConfidence;
    if (isStrong || negatives > 1) {
      episode =
        episode === null
          ? { first: message, reason: isStrong ? 'strong' : 'repeated', repetition: null }
          : { ...episode, repetition: message };
    } else if (calm >= CALM_MESSAGES && side >= 0) episode = null;
  });
  if (messages.length === 0) return { score: null, sentiment: null, trend: null, episode: null };
  return {
    score: Math.round(score * 1_000) / 1_000,
    sentiment: side > 0 ? 'positive' : side < 0 ? 'negative' : 'neutral',
    trend: direction > 0 ? 'improving' : direction < 0 ? 'worsening' : 'steady',
    episode,
  };
}

function mixed(before: number, value: number, weight: number): number {
  return before + weight * (value - before);
}

function valueOf({ label, score }: MessageMood): number {
  switch (label) {
    case 'positive':
      return Math.max(score, LEAST_OF_LABEL);
    case 'negative':
      return Math.min(score, -LEAST_OF_LABEL);
    case 'neutral':
      return Math.min(Math.max(score, -MOST_OF_NEUTRAL), MOST_OF_NEUTRAL);
  }
}

/** -1, 0 or 1. From the middle to a side it takes more than to stay there. */
function sideOf(value: number, before: number, { enter, leave }: typeof LABEL): number {
  const limit = (side: number): number => (before === side ? leave : enter);
  if (value >= limit(1)) return 1;
  return value <= -limit(-1) ? -1 : 0;
}

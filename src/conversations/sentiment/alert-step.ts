import type { ConversationMood, MessageMood } from './conversation-mood';

/** The latest time in which the customer was angry, as it is stored. */
export interface StoredAlert {
  id: string;
  messageAt: Date;
  lastMessageAt: Date;
  isEscalated: boolean;
  isOpen: boolean;
}

export interface AlertFacts {
  mood: ConversationMood;
  /** Of the customer's latest message that was read; null where there is none. */
  latestAt: Date | null;
  isClosed: boolean;
  alert: StoredAlert | null;
  now: Date;
}

export type AlertStep =
  | { do: 'nothing' }
  | { do: 'open'; by: MessageMood; reason: 'strong' | 'repeated'; isRepeated: boolean }
  | { do: 'escalate' }
  | { do: 'end'; reason: 'calm' | 'closed' };

/** Of what was written longer ago nobody is called: whoever works there has seen it, or it was read again. */
const LATEST_CALL_MS = 24 * 60 * 60_000;

/** What is to happen now. One call for each time in which the customer is angry, however many messages there are. */
export function alertStep({ mood, isClosed, alert, now }: AlertFacts): AlertStep {
  const { episode } = mood;
  if (alert?.isOpen === true) {
    if (isClosed) return { do: 'end', reason: 'closed' };
    if (episode === null) return { do: 'end', reason: 'calm' };
    const again = episode.repetition ?? episode.first;
    return !alert.isEscalated && again.at > alert.messageAt ? { do: 'escalate' } : { do: 'nothing' };
  }
  if (isClosed || episode === null) return { do: 'nothing' };
  // What belongs to an earlier time does not begin another one.
  const isNews = ({ at }: MessageMood): boolean =>
    (alert === null || at > alert.lastMessageAt) && now.getTime() - at.getTime() < LATEST_CALL_MS;
  const { first, repetition, reason } = episode;
  if (isNews(first)) return { do: 'open', by: first, reason, isRepeated: repetition !== null };
  if (repetition !== null && isNews(repetition))
    return { do: 'open', by: repetition, reason: 'repeated', isRepeated: false };
  return { do: 'nothing' };
}

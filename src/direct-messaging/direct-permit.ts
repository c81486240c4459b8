import type { ConversationStanding } from '../conversations/conversation-types';
import { AppError } from '../errors/app.error';
import { DirectOptedOutError, DirectWindowClosedError } from './direct-permit.errors';

export const MESSAGING_TYPES = ['RESPONSE', 'UPDATE', 'MESSAGE_TAG'] as const;
export type MessagingType = (typeof MESSAGING_TYPES)[number];

/** The only tag that Meta still takes. */
export const HUMAN_AGENT = 'HUMAN_AGENT';

/** What the caller asked for. */
export interface PermitWish {
  messaging_type?: MessagingType | undefined;
  tag?: typeof HUMAN_AGENT | undefined;
}

/** Under which of Meta's rules a message goes out. */
export type Permit =
  { messaging_type: 'RESPONSE' | 'UPDATE' } | { messaging_type: 'MESSAGE_TAG'; tag: typeof HUMAN_AGENT };

/** A human may answer for 7 days after the person's last message, 6 more than everybody. */
const HUMAN_AGENT_EXTRA_MS = 6 * 24 * 60 * 60 * 1000;

/**
 * Asked when a message is ordered, and again just before it goes out. The tag is used only where it is needed: inside the
 * window it adds nothing, and Meta refuses it to apps without the feature. Whoever says `MESSAGE_TAG` gets it.
 * @param isLater it is ordered now to go out at a later time: by then the person may have written again
 * Only what is known here to be over is refused: of somebody who has not written here Meta says what holds.
 * @returns why it must not go out
 */
export function permitOf(
  { optedOutAt, windowExpiresAt }: Pick<ConversationStanding, 'optedOutAt' | 'windowExpiresAt'>,
  { messaging_type: type, tag }: PermitWish,
  { isLater = false, now = new Date() }: { isLater?: boolean; now?: Date } = {},
): Permit | AppError {
  if (optedOutAt !== null) return new DirectOptedOutError(optedOutAt);
  const isOpen = windowExpiresAt !== null && windowExpiresAt > now;
  const humanUntil =
    windowExpiresAt === null ? null : new Date(windowExpiresAt.getTime() + HUMAN_AGENT_EXTRA_MS);
  const isOpenForHumans = humanUntil !== null && humanUntil > now;
  const tagged: Permit = { messaging_type: 'MESSAGE_TAG', tag: HUMAN_AGENT };
  if (isOpen && type !== 'MESSAGE_TAG') return { messaging_type: type ?? 'RESPONSE' };
  if (isOpenForHumans && tag === HUMAN_AGENT) return tagged;
  if (isLater) return tag === HUMAN_AGENT ? tagged : { messaging_type: 'RESPONSE' };
  // They may have written before this service was connected, which Meta knows.
  if (windowExpiresAt === null)
    return type === 'MESSAGE_TAG' ? tagged : { messaging_type: type ?? 'RESPONSE' };
  return new DirectWindowClosedError(windowExpiresAt, isOpenForHumans ? humanUntil : null);
}

import type { ConversationStanding } from '../../conversations/conversation-types';
import type { AppError } from '../../errors/app.error';
import { RecipientOptedOutError, WindowClosedError } from './messaging.errors';

const MARKETING = 'MARKETING';

/**
 * What forbids writing to a person: asked when a message is ordered, and again just before it goes out.
 * @param templateCategory null for messages that are no template
 * @param at when it is to go out
 */
export function refuseUnwanted(
  standing: ConversationStanding,
  templateCategory: string | null,
  at: Date = new Date(),
): AppError | null {
  const { optedOutAt, marketingOptedOutAt, windowExpiresAt } = standing;
  if (optedOutAt !== null) return new RecipientOptedOutError('all', optedOutAt);
  if (templateCategory === MARKETING && marketingOptedOutAt !== null) {
    return new RecipientOptedOutError('marketing', marketingOptedOutAt);
  }
  const isOpen = windowExpiresAt !== null && windowExpiresAt > at;
  return templateCategory === null && !isOpen ? new WindowClosedError(windowExpiresAt) : null;
}

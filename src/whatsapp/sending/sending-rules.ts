import type { ConversationStanding } from '../../conversations/conversation-types';
import type { AppError } from '../../errors/app.error';
import { RecipientOptedOutError, WindowClosedError } from './messaging.errors';

const MARKETING = 'MARKETING';

/**
 * What forbids writing to a person: asked when a message is ordered, and again just before it goes out.
 * @param templateCategory null for messages that are no template
 * @param isLater it is ordered now to go out at a later time: by then the person may have written again
 */
export function refuseUnwanted(
  standing: ConversationStanding,
  templateCategory: string | null,
  isLater = false,
): AppError | null {
  const { optedOutAt, marketingOptedOutAt, windowExpiresAt } = standing;
  if (optedOutAt !== null) return new RecipientOptedOutError('all', optedOutAt);
  if (templateCategory === MARKETING && marketingOptedOutAt !== null) {
    return new RecipientOptedOutError('marketing', marketingOptedOutAt);
  }
  const isOpen = windowExpiresAt !== null && windowExpiresAt > new Date();
  return templateCategory === null && !isOpen && !isLater ? new WindowClosedError(windowExpiresAt) : null;
}

import type { SandboxContext } from '../context';
import type { DirectPlatform } from './direct-records';
import type { Recipient } from './direct-recipients';
import { invalidParameter } from '../graph/graph-error';
import { objectOf, textOf, type JsonObject } from '../json';

const ACTIONS: Readonly<Record<DirectPlatform, readonly string[]>> = {
  messenger: ['typing_on', 'typing_off', 'mark_seen'],
  instagram: ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact'],
};
const REACTIONS = ['love'];
const TYPING_MS = 20_000;

/** Typing, seen, and reactions to the person's messages; only Instagram takes the latter. */
export function act(context: SandboxContext, recipient: Recipient, params: JsonObject): JsonObject {
  const { owner, user } = recipient;
  const action = textOf(params.sender_action)?.toLowerCase() ?? '';
  const allowed = ACTIONS[owner.platform];
  if (!allowed.includes(action)) {
    throw invalidParameter(`Param sender_action must be one of {${allowed.join(', ')}}.`);
  }
  if (params.message !== undefined) {
    throw invalidParameter('Cannot send both message and state at the same time.');
  }
  const conversation = context.direct.conversation(owner, user);
  if (action === 'mark_seen') conversation.unread = 0;
  if (action === 'typing_on') conversation.typingUntil = context.clock.now() + TYPING_MS;
  if (action === 'typing_off') conversation.typingUntil = 0;
  if (action === 'react' || action === 'unreact') react(context, recipient, action, objectOf(params.payload));
  return { recipient_id: user.id };
}

function react(
  { world }: SandboxContext,
  { owner, user }: Recipient,
  action: 'react' | 'unreact',
  payload: JsonObject,
): void {
  const message = world.findKind('direct-message', textOf(payload.message_id) ?? '');
  if (message?.ownerId !== owner.id || message.userId !== user.id || message.isDeleted) {
    throw invalidParameter("Param payload['message_id'] is not a message of this conversation.");
  }
  const reaction = textOf(payload.reaction);
  if (action === 'react' && (reaction === undefined || !REACTIONS.includes(reaction))) {
    throw invalidParameter(`Param payload['reaction'] must be one of {${REACTIONS.join(', ')}}.`);
  }
  message.reactions = message.reactions.filter(({ userId }) => userId !== owner.id);
  if (action === 'react' && reaction !== undefined) message.reactions.push({ userId: owner.id, reaction });
}

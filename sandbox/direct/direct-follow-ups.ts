import type { SandboxContext } from '../context';
import type { DirectMessageRecord } from './direct-records';
import { messageContent, tellDirect, type DirectItem } from './direct-webhooks';
import { ownerOf } from './direct-owner';
import type { StatusStep } from '../messages/message-settings';

export type DirectStep = 'echo' | 'delivered' | 'read';

/** The step of `settings.statuses` that sets the delay, and the loss, of each. */
const DELAYED_LIKE: Readonly<Record<DirectStep, StatusStep>> = {
  echo: 'sent',
  delivered: 'delivered',
  read: 'read',
};

/** After a message was accepted: its echo, and that it was delivered and read. */
export function scheduleFollowUps(context: SandboxContext, message: DirectMessageRecord): void {
  const { statuses } = context.settings;
  const all: DirectStep[] =
    message.platform === 'messenger' ? ['echo', 'delivered', 'read'] : ['echo', 'read'];
  const steps = all.filter((step) => !statuses.lose.includes(DELAYED_LIKE[step]));
  const delays = steps.map((step) => statuses.delaysMs[DELAYED_LIKE[step]]);
  if (statuses.reorder) delays.reverse();
  steps.forEach((step, index) => {
    context.clock.schedule(delays[index] ?? 0, () => {
      tellStep(context, message, step);
    });
  });
}

export function tellStep(context: SandboxContext, message: DirectMessageRecord, step: DirectStep): void {
  if (message.isDeleted) return;
  message.told.push(step);
  const owner = ownerOf(context, message.ownerId);
  const item = itemOf(message, step);
  tellDirect(context, owner, item);
  context.messages.statusCount++;
  const every = context.settings.statuses.duplicateEvery;
  if (every > 0 && context.messages.statusCount % every === 0) tellDirect(context, owner, item);
}

function itemOf(message: DirectMessageRecord, step: DirectStep): DirectItem {
  const { userId, createdAt, id } = message;
  switch (step) {
    case 'echo':
      return {
        event: 'echo',
        userId,
        fromBusiness: true,
        timestamp: createdAt,
        content: { message: messageContent(message) },
      };
    case 'delivered':
      return { event: 'delivery', userId, content: { delivery: { mids: [id], watermark: createdAt } } };
    case 'read':
      return { event: 'read', userId, content: { read: readContent(message) } };
  }
}

/** Messenger tells up to when everything was read, Instagram which message. */
export function readContent({
  platform,
  id,
  createdAt,
}: DirectMessageRecord): { watermark: number } | { mid: string } {
  return platform === 'messenger' ? { watermark: createdAt } : { mid: id };
}

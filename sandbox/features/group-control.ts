import type { CustomerReference } from '../messages/customers';
import { FlowControl } from './flow-control';
import { newRequestId, participantOf, tellOfGroup } from './group-events';
import type { InboundMessage, InboundReceipt } from '../messages/inbound-messages';

/** Groups: what people and Meta do with them. */
export class GroupControl extends FlowControl {
  /** Somebody opens the invite link: is in at once, or asks to be let in. */
  playGroupJoin(input: { groupId: string; from: string | CustomerReference }): {
    joinRequestId: string | null;
    told: number;
  } {
    const { world, clock } = this.context;
    const group = world.get('group', input.groupId);
    const customer = this.person(input.from);
    if (group.removed.has(customer.userId))
      throw new Error('Who was removed cannot come back through the link.');
    if (group.participants.includes(customer.userId)) throw new Error('The person is in the group already.');
    if (group.joinApprovalMode === 'auto_approve') {
      group.participants.push(customer.userId);
      const item = {
        type: 'group_participants_add',
        reason: 'invite_link',
        added_participants: [participantOf(customer)],
      };
      return {
        joinRequestId: null,
        told: tellOfGroup(this.context, group, 'group_participants_update', item),
      };
    }
    const id = Buffer.from(`${customer.userId}:${newRequestId()}`).toString('base64url');
    group.joinRequests.push({ id, userId: customer.userId, createdAt: clock.now() });
    const item = {
      type: 'group_join_request_created',
      join_request_id: id,
      reason: 'invite_link',
      ...participantOf(customer),
    };
    return { joinRequestId: id, told: tellOfGroup(this.context, group, 'group_participants_update', item) };
  }

  /** Somebody takes a request to join back. */
  playGroupJoinRevoked(input: { groupId: string; joinRequestId: string }): number {
    const group = this.context.world.get('group', input.groupId);
    const request = group.joinRequests.find(({ id }) => id === input.joinRequestId);
    const customer = request && this.context.customers.withUserId(request.userId);
    if (!customer) throw new Error('There is no such request.');
    group.joinRequests = group.joinRequests.filter((item) => item !== request);
    return tellOfGroup(this.context, group, 'group_participants_update', {
      type: 'group_join_request_revoked',
      join_request_id: input.joinRequestId,
      ...participantOf(customer),
    });
  }

  playGroupLeave(input: { groupId: string; from: string | CustomerReference }): number {
    const group = this.context.world.get('group', input.groupId);
    const customer = this.person(input.from);
    group.participants = group.participants.filter((userId) => userId !== customer.userId);
    return tellOfGroup(this.context, group, 'group_participants_update', {
      type: 'group_participants_remove',
      initiated_by: 'participant',
      removed_participants: [participantOf(customer)],
    });
  }

  /** Meta suspends the group for its policies, or lets it go again. */
  setGroupSuspended(input: { groupId: string; isSuspended: boolean }): number {
    const group = this.context.world.get('group', input.groupId);
    group.isSuspended = input.isSuspended;
    return tellOfGroup(this.context, group, 'group_status_update', {
      type: input.isSuspended ? 'group_suspend' : 'group_suspend_cleared',
    });
  }

  /** A participant writes; opens the window of the group, not that of the person. */
  playGroupMessage(input: Omit<InboundMessage, 'phoneNumberId'> & { groupId: string }): InboundReceipt {
    const { groupId, ...message } = input;
    const group = this.context.world.get('group', groupId);
    const customer = this.person(message.from);
    if (!group.participants.includes(customer.userId)) throw new Error('The person is not in the group.');
    return this.playMessage({
      ...message,
      phoneNumberId: group.phoneId,
      extra: { group_id: group.id, ...message.extra },
    });
  }

  protected person(who: string | CustomerReference) {
    return this.context.customers.resolve(typeof who === 'string' ? { phone: who } : who);
  }
}

import type { UserId } from '../database/ids';

export const MEMBER_ROLES = ['owner', 'member'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

export const MEMBER_SIGHTS = ['all', 'assigned'] as const;
/**
 * Which conversations a member sees: all of the account, or those that are assigned to the member or to nobody. An owner
 * sees all.
 */
export type MemberSight = (typeof MEMBER_SIGHTS)[number];

/** Somebody who may use a connected account. */
export interface AccountMember {
  userId: UserId;
  email: string;
  name: string;
  role: MemberRole;
  sees: MemberSight;
  since: Date;
}

import type { UserId } from '../database/ids';

export const MEMBER_ROLES = ['owner', 'member'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

/** Somebody who may use a connected account. */
export interface AccountMember {
  userId: UserId;
  email: string;
  name: string;
  role: MemberRole;
  since: Date;
}

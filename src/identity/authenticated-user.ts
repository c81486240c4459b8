import type { UserId } from '../database/ids';

/** From the most to the least allowed: each may do what those after it may. */
export const USER_ROLES = ['admin', 'agent', 'viewer'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** Who makes the request. `role` is the credential's: an API key may be allowed less than its owner. */
export interface AuthenticatedUser {
  id: UserId;
  email: string;
  name: string;
  role: UserRole;
  via: 'password' | 'api-key' | 'external';
  /** The API key that came with the request, if one did. */
  apiKeyId?: string;
}

export function isUserRole(value: unknown): value is UserRole {
  return USER_ROLES.some((role) => role === value);
}

/** Whether somebody with the role `actual` may do what is open from the role `required` on. */
export function includesRole(actual: UserRole, required: UserRole): boolean {
  return USER_ROLES.indexOf(actual) <= USER_ROLES.indexOf(required);
}

/** The role that allows less. */
export function lesserRole(a: UserRole, b: UserRole): UserRole {
  return includesRole(a, b) ? b : a;
}

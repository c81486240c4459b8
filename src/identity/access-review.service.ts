import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, UserId } from '../database/ids';
import { type UserRole, lesserRole } from './authenticated-user';

/** What somebody was let in with. */
export interface HeldCredential {
  userId: UserId;
  loginId: string | null;
  apiKeyId: string | null;
}

/** What it is good for at present. */
export interface CurrentAccess {
  role: UserRole;
  /** In order. */
  accountIds: AccountId[];
  /** Those of them in which the user sees only the conversations that are the user's, or nobody's. */
  assignedOnly: AccountId[];
}

interface UserRow {
  id: UserId;
  role: UserRole;
  account_ids: AccountId[];
  assigned_only: AccountId[];
}

/** Looks again whether those who were let in some time ago still may be there. */
@Injectable()
export class AccessReview {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * Three queries, however many there are.
   * @returns for each, in order: null when the user was removed, or the login or the key has ended
   */
  async review(held: readonly HeldCredential[]): Promise<(CurrentAccess | null)[]> {
    const [users, keys, endedLogins] = await Promise.all([
      this.users(distinct(held.map(({ userId }) => userId))),
      this.keys(distinct(held.map(({ apiKeyId }) => apiKeyId))),
      this.endedLogins(distinct(held.map(({ loginId }) => loginId))),
    ]);
    return held.map(({ userId, loginId, apiKeyId }) => {
      const user = users.get(userId);
      const keyRole = apiKeyId === null ? 'admin' : keys.get(apiKeyId);
      if (user === undefined || keyRole === undefined || (loginId !== null && endedLogins.has(loginId)))
        return null;
      const { role, account_ids: accountIds, assigned_only: assignedOnly } = user;
      return { role: lesserRole(role, keyRole), accountIds, assignedOnly };
    });
  }

  private async users(ids: readonly UserId[]): Promise<Map<UserId, UserRow>> {
    const rows: UserRow[] = await this.database.query(
      `SELECT u.id, u.role, m.account_ids, m.assigned_only
         FROM users u CROSS JOIN LATERAL (
           SELECT coalesce(array_agg(account_id ORDER BY account_id), '{}') AS account_ids,
                  coalesce(array_agg(account_id) FILTER (WHERE sees = 'assigned'), '{}') AS assigned_only
             FROM account_members WHERE user_id = u.id) m
        WHERE u.id = ANY($1) AND u.deleted_at IS NULL`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  private async keys(ids: readonly string[]): Promise<Map<string, UserRole>> {
    if (ids.length === 0) return new Map();
    const rows: { id: string; role: UserRole }[] = await this.database.query(
      `SELECT id, role FROM api_keys
        WHERE id = ANY($1) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
      [ids],
    );
    return new Map(rows.map(({ id, role }) => [id, role]));
  }

  /** A login has ended when its refresh tokens were revoked; one whose tokens were cleared away may have been. */
  private async endedLogins(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows: { family_id: string }[] = await this.database.query(
      'SELECT DISTINCT family_id FROM refresh_tokens WHERE family_id = ANY($1) AND revoked_at IS NOT NULL',
      [ids],
    );
    return new Set(rows.map((row) => row.family_id));
  }
}

function distinct<Id extends string>(ids: readonly (Id | null)[]): Id[] {
  return [...new Set(ids.filter((id) => id !== null))];
}

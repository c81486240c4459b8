import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type UserId, newId } from '../database/ids';
import { UnauthorizedError } from '../errors/app.error';
import type { AuthenticatedUser, UserRole } from './authenticated-user';
import type { ExternalIdentity } from './external-tokens.service';

interface UserRow {
  id: UserId;
  email: string;
  name: string;
  role: UserRole;
}

/** Users of the surrounding product, known by issuer and subject; never by e-mail address, which others may claim. */
@Injectable()
export class ExternalUsers {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * Finds the user or, at first sight, makes one with the token's role, or as `agent`. A role in a later token replaces
   * the stored one: the surrounding product decides.
   * @throws UnauthorizedError when the user was removed here after the token was issued; a later login starts afresh
   */
  async userOf(identity: ExternalIdentity): Promise<AuthenticatedUser> {
    const row = (await this.find(identity)) ?? (await this.create(identity));
    if (identity.role !== undefined && identity.role !== row.role) {
      await this.database.query('UPDATE users SET role = $2, updated_at = now() WHERE id = $1', [
        row.id,
        identity.role,
      ]);
      row.role = identity.role;
    }
    return { ...row, via: 'external' };
  }

  private async find({ issuer, subject }: ExternalIdentity): Promise<UserRow | undefined> {
    const rows: UserRow[] = await this.database.query(
      `SELECT id, email, name, role FROM users
        WHERE external_issuer = $1 AND external_subject = $2 AND deleted_at IS NULL`,
      [issuer, subject],
    );
    return rows[0];
  }

  private async create(identity: ExternalIdentity): Promise<UserRow> {
    await this.refuseRemoved(identity);
    const id = newId<UserId>();
    const ownAddress = `${id}@external.invalid`;
    // The address may belong to somebody else; then, as without one, the user gets one that cannot be written to.
    for (const email of [identity.email ?? ownAddress, ownAddress]) {
      await this.database.query(
        `INSERT INTO users (id, email, name, role, external_issuer, external_subject) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING`,
        [
          id,
          email,
          identity.name ?? identity.subject,
          identity.role ?? 'agent',
          identity.issuer,
          identity.subject,
        ],
      );
      // Ours, or that of a request that came at the same time.
      const row = await this.find(identity);
      if (row !== undefined) return row;
    }
    throw new Error('An external user could neither be made nor found.');
  }

  private async refuseRemoved({ issuer, subject, issuedAt }: ExternalIdentity): Promise<void> {
    const rows: { removed_at: Date | null }[] = await this.database.query(
      `SELECT max(deleted_at) AS removed_at FROM users WHERE external_issuer = $1 AND external_subject = $2`,
      [issuer, subject],
    );
    const removedAt = rows[0]?.removed_at ?? null;
    if (removedAt !== null && (issuedAt === undefined || issuedAt <= removedAt))
      throw new UnauthorizedError('This user was removed.');
  }
}

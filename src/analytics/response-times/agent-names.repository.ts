import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { isUuid } from '../../database/ids';

/** What users are called. Who was removed has no name any more; the figures stay. */
@Injectable()
export class AgentNames {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @param userIds of those who did something for an account that the asker may see */
  async of(userIds: readonly string[]): Promise<Map<string, string>> {
    const known = userIds.filter(isUuid);
    if (known.length === 0) return new Map();
    const rows: { id: string; name: string }[] = await this.database.query(
      'SELECT id, name FROM users WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL',
      [known],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

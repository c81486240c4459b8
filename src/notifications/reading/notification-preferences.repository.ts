import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { UserId } from '../../database/ids';
import type { EventSeverity } from '../../domain-events/domain-events';
import type { NotificationKind } from '../notification-kinds';
import type { Muted } from './notification-rows';

export const NOTHING_MUTED: Muted = { kinds: [], severities: [] };

/** What users want to be told of, by channel; so far there is one. */
@Injectable()
export class NotificationPreferences {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async mutedInApp(userId: UserId): Promise<Muted> {
    const [row]: { muted_kinds: NotificationKind[]; muted_severities: EventSeverity[] }[] =
      await this.database.query(
        `SELECT muted_kinds, muted_severities FROM notification_preferences WHERE user_id = $1 AND channel = 'in_app'`,
        [userId],
      );
    return row === undefined ? NOTHING_MUTED : { kinds: row.muted_kinds, severities: row.muted_severities };
  }

  async setMutedInApp(userId: UserId, { kinds, severities }: Muted): Promise<void> {
    await this.database.query(
      `INSERT INTO notification_preferences (user_id, channel, muted_kinds, muted_severities)
       VALUES ($1, 'in_app', $2, $3)
       ON CONFLICT (user_id, channel) DO UPDATE
          SET muted_kinds = excluded.muted_kinds, muted_severities = excluded.muted_severities, updated_at = now()`,
      [userId, kinds, severities],
    );
  }
}

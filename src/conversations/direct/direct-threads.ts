import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { AccountId, AssetId, ConversationId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import type { PersonIdentity } from '../conversation-types';
import { type DirectThread, type StoredThreadFacts, threadOf } from './direct-thread-view';

/** What one event tells of a thread and is no message. */
export type ThreadFact =
  /** Which app owns it; null: nobody does, or Meta does not say who. */
  | { fact: 'owner'; value: { app_id: string | null; previous_app_id: string | null; metadata?: string } }
  | { fact: 'request'; value: { app_id: string | null; metadata?: string } }
  /** By which way the person's last event came: in standby another app owns the thread. */
  | { fact: 'channel'; value: { standby: boolean } }
  | { fact: 'referral'; value: Record<string, unknown> }
  | { fact: 'account_link'; value: { linked: boolean } };

export type ToldThreadFact = ThreadFact & {
  accountId: AccountId;
  assetId: AssetId;
  person: PersonIdentity;
  at: Date;
};

/** Whoever shows a thread has to read it again where one of these changed. */
const SHOWN: ReadonlySet<ThreadFact['fact']> = new Set(['owner', 'request', 'referral', 'account_link']);

interface ChangedRow {
  account_id: AccountId;
  asset_id: AssetId;
  person_kind: string;
  person: string;
  fact: ThreadFact['fact'];
}

/**
 * What is known of people's threads with Pages and Instagram accounts beside the messages. Kept by person, so that it may
 * come before the first message; of each fact the one told last counts, whatever the order of arrival.
 */
@Injectable()
export class DirectThreads {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly config: AppConfig,
  ) {}

  async learn(tx: EntityManager, told: readonly ToldThreadFact[]): Promise<void> {
    if (told.length === 0) return;
    // Sorted, so that concurrent transactions write the same facts in the same order.
    const changed: ChangedRow[] = await tx.query(
      `INSERT INTO direct_thread_facts AS f (account_id, asset_id, person_kind, person, fact, value, at)
       SELECT DISTINCT ON (account_id, asset_id, person_kind, person, fact)
              account_id, asset_id, person_kind, person, fact, value, at
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[])
                AS told (account_id, asset_id, person_kind, person, fact, value, at)
        ORDER BY account_id, asset_id, person_kind, person, fact, at DESC, value::text COLLATE "C" DESC
       ON CONFLICT ON CONSTRAINT direct_thread_facts_pkey DO UPDATE SET value = excluded.value, at = excluded.at
        WHERE (excluded.at, excluded.value::text COLLATE "C") > (f.at, f.value::text COLLATE "C")
       RETURNING account_id, asset_id, person_kind, person, fact`,
      [
        told.map(({ accountId }) => accountId),
        told.map(({ assetId }) => assetId),
        told.map(({ person }) => person.kind),
        told.map(({ person }) => person.value),
        told.map(({ fact }) => fact),
        told.map(({ value }) => JSON.stringify(value)),
        told.map(({ at }) => at),
      ],
    );
    await this.tell(
      tx,
      changed.filter(({ fact }) => SHOWN.has(fact)),
    );
  }

  /** What is known of one person's thread, for whoever is about to write there. */
  async threadOf(accountId: AccountId, assetId: AssetId, person: PersonIdentity): Promise<DirectThread> {
    const rows: { facts: StoredThreadFacts | null }[] = await this.database.query(
      `SELECT jsonb_object_agg(fact, jsonb_build_object('value', value, 'at', at)) AS facts
         FROM direct_thread_facts
        WHERE account_id = $1 AND asset_id = $2 AND person_kind = $3 AND person = $4`,
      [accountId, assetId, person.kind, person.value],
    );
    return threadOf(rows[0]?.facts ?? {}, this.config.env.META_APP_ID);
  }

  private async tell(tx: EntityManager, changed: readonly ChangedRow[]): Promise<void> {
    if (changed.length === 0) return;
    const rows: { account_id: AccountId; id: ConversationId }[] = await tx.query(
      `SELECT DISTINCT v.account_id, v.id
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS told (account_id, asset_id, kind, value)
         JOIN contact_identities i ON i.account_id = told.account_id AND i.kind = told.kind AND i.value = told.value
         JOIN conversations v ON v.account_id = i.account_id AND v.contact_id = i.contact_id
              AND v.asset_id = told.asset_id AND v.status <> 'closed'`,
      [
        changed.map((row) => row.account_id),
        changed.map((row) => row.asset_id),
        changed.map((row) => row.person_kind),
        changed.map((row) => row.person),
      ],
    );
    await this.outbox.record(
      tx,
      rows.map((row): DomainEvent => ({
        kind: 'conversation.updated',
        accountId: row.account_id,
        payload: { conversationId: row.id },
      })),
    );
  }
}

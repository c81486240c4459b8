import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { LessThan, MoreThan } from 'typeorm';
import { type AccountId, newId } from '../../database/ids';
import type { DomainEvent, EventSeverity } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { WhatsAppAccountEventEntity } from '../entities/whatsapp-account-event.entity';
import type { StateChange } from './number-state';

/** Something that happened to an account or number. */
export interface AccountOccurrence {
  accountId: AccountId;
  wabaId: string | null;
  phoneNumberId: string | null;
  /** Meta's webhook field, or where else it was learnt. */
  field: string;
  event: string | null;
  severity: EventSeverity;
  /** For people. */
  summary: string;
  changes: readonly StateChange[];
  details: unknown;
  occurredAt: Date;
  /** Of the webhook; null for what was done or read here, which cannot come twice. */
  fingerprint: Buffer | null;
}

/** Whose and which occurrences; without `wabaId` and `phoneNumberId` all of the account. */
export interface AccountEventsFilter {
  accountId: AccountId;
  wabaId: string | undefined;
  phoneNumberId: string | undefined;
  limit: number;
  before: string | undefined;
  after: string | undefined;
}

/** Keeps what happened to accounts and numbers, and tells it on. */
@Injectable()
export class AccountHistory {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** Beside the change itself, in its transaction. What a webhook told before is not written down again. */
  async record(
    tx: EntityManager,
    occurrences: readonly AccountOccurrence[],
    told: readonly DomainEvent[] = [],
  ): Promise<void> {
    await this.outbox.record(tx, told);
    if (occurrences.length === 0) return;
    // In one order everywhere: two transactions with the same webhooks would otherwise wait for each other crosswise.
    const rows = occurrences
      .map((occurrence) => ({
        id: newId(),
        account_id: occurrence.accountId,
        waba_id: occurrence.wabaId,
        phone_number_id: occurrence.phoneNumberId,
        field: occurrence.field,
        event: occurrence.event,
        severity: occurrence.severity,
        summary: occurrence.summary,
        changes: occurrence.changes,
        details: occurrence.details ?? null,
        occurred_at: occurrence.occurredAt.toISOString(),
        fingerprint: occurrence.fingerprint?.toString('hex') ?? null,
      }))
      .sort((a, b) => (a.fingerprint ?? '').localeCompare(b.fingerprint ?? ''));
    await tx.query(
      `INSERT INTO whatsapp_account_events
         (account_id, id, waba_id, phone_number_id, field, event, severity, summary, changes, details, occurred_at,
          fingerprint)
       SELECT account_id, id, waba_id, phone_number_id, field, event, severity, summary, changes, details, occurred_at,
              decode(fingerprint, 'hex')
         FROM jsonb_to_recordset($1::jsonb) AS told (
           account_id uuid, id uuid, waba_id text, phone_number_id text, field text, event text, severity text,
           summary text, changes jsonb, details jsonb, occurred_at timestamptz, fingerprint text)
       ON CONFLICT (account_id, fingerprint) DO NOTHING`,
      [JSON.stringify(rows)],
    );
  }

  /** @returns how many were removed, at most `limit` */
  async removeOlderThan(instant: Date, limit: number): Promise<number> {
    const [, removed]: [unknown[], number] = await this.database.query(
      `DELETE FROM whatsapp_account_events WHERE (account_id, id) IN (
         SELECT account_id, id FROM whatsapp_account_events WHERE created_at < $1 ORDER BY created_at LIMIT $2)`,
      [instant, limit],
    );
    return removed;
  }

  /** Newest first, as they were learnt. */
  async page(filter: AccountEventsFilter): Promise<WhatsAppAccountEventEntity[]> {
    const { accountId, wabaId, phoneNumberId, limit, before, after } = filter;
    const isForward = before === undefined && after !== undefined;
    const rows = await this.database.manager.find(WhatsAppAccountEventEntity, {
      where: {
        accountId,
        ...(wabaId === undefined ? {} : { wabaId }),
        ...(phoneNumberId === undefined ? {} : { phoneNumberId }),
        ...(before === undefined ? {} : { id: LessThan(before) }),
        ...(isForward ? { id: MoreThan(after) } : {}),
      },
      order: { id: isForward ? 'ASC' : 'DESC' },
      take: limit,
    });
    return isForward ? rows.reverse() : rows;
  }
}

/** What subscribers of the outbox are told of one number. */
export function numberUpdated(
  accountId: AccountId,
  number: { wabaId: string; phoneNumberId: string },
  field: string,
  change: StateChange,
  { fingerprint = null, others = [] }: { fingerprint?: Buffer | null; others?: readonly StateChange[] } = {},
): DomainEvent<'whatsapp.phone_number.updated'> {
  return {
    kind: 'whatsapp.phone_number.updated',
    accountId,
    payload: { ...number, field, ...change, ...(others.length === 0 ? {} : { others: [...others] }) },
    ...(fingerprint === null ? {} : { fingerprint }),
  };
}

/** `status: CONNECTED → FLAGGED`, for people. */
export function inWords(changes: readonly StateChange[]): string {
  return changes
    .map(({ what, previous, current }) => `${what}: ${previous ?? 'unknown'} → ${current ?? 'unknown'}`)
    .join(', ');
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../database/ids';
import { firstIdAt } from '../database/ids';
import type { AuditFilter } from './audit-filter';
import type { StoredAuditEvent } from './stored-audit-event';

/** Whose events may be seen. */
export interface AuditView {
  accountIds: readonly AccountId[];
  /** Also those that are no account's. */
  ofService: boolean;
}

export interface AuditPlace {
  limit: number;
  /** Ids. */
  before?: string | undefined;
  after?: string | undefined;
}

const WITH_USER = `SELECT e.*, u.name AS user_name, u.email AS user_email
  FROM (%) AS e LEFT JOIN users u ON u.id = e.actor_id`;

/** Reads what was recorded. */
@Injectable()
export class AuditEvents {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Newest first. Of each account its newest are read by an index, and of these the newest are taken. */
  async page(view: AuditView, filter: AuditFilter, place: AuditPlace): Promise<StoredAuditEvent[]> {
    const isForward = place.before === undefined && place.after !== undefined;
    const order = isForward ? 'ASC' : 'DESC';
    const values: unknown[] = [view.accountIds, place.limit];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const conditions = conditionsOf({ ...filter, ...place }, bind);
    const part = (whose: string): string =>
      `(SELECT * FROM audit_events e WHERE ${[whose, ...conditions].join(' AND ')} ORDER BY e.id ${order} LIMIT $2)`;
    const ofAccounts = `SELECT e.* FROM unnest($1::uuid[]) AS seen (account_id)
      CROSS JOIN LATERAL ${part('e.account_id = seen.account_id')} AS e`;
    const parts = view.ofService ? [ofAccounts, part('e.account_id IS NULL')] : [ofAccounts];
    const rows: StoredAuditEvent[] = await this.database.query(
      `${WITH_USER.replace('%', `SELECT * FROM (${parts.join(' UNION ALL ')}) AS p ORDER BY p.id ${order} LIMIT $2`)}
        ORDER BY e.id DESC`,
      values,
    );
    return rows;
  }

  /** All of them in pages, newest first: what is begun meanwhile is not among them. */
  async *all(view: AuditView, filter: AuditFilter, pageSize: number): AsyncGenerator<StoredAuditEvent> {
    let before: string | undefined;
    do {
      const rows: StoredAuditEvent[] = await this.page(view, filter, { limit: pageSize, before });
      yield* rows;
      before = rows.length < pageSize ? undefined : rows.at(-1)?.id;
    } while (before !== undefined);
  }

  async find(view: AuditView, id: string): Promise<StoredAuditEvent | null> {
    const rows: StoredAuditEvent[] = await this.database.query(
      WITH_USER.replace(
        '%',
        'SELECT * FROM audit_events WHERE id = $1 AND (account_id = ANY($2) OR ($3 AND account_id IS NULL))',
      ),
      [id, view.accountIds, view.ofService],
    );
    return rows[0] ?? null;
  }
}

function conditionsOf(filter: AuditFilter & AuditPlace, bind: (value: unknown) => string): string[] {
  const { actorId, action, resourceType, resourceId, outcome, from, to, before, after } = filter;
  return [
    ...(actorId === undefined ? [] : [`e.actor_id = ${bind(actorId)}`]),
    ...(action === undefined ? [] : [`e.action = ${bind(action)}`]),
    ...(resourceType === undefined ? [] : [`e.resource_type = ${bind(resourceType)}`]),
    ...(resourceId === undefined ? [] : [`e.resource_id = ${bind(resourceId)}`]),
    ...(outcome === undefined ? [] : [`e.outcome = ${bind(outcome)}`]),
    // The id holds the time of its making.
    ...(from === undefined ? [] : [`e.id >= ${bind(firstIdAt(from))}`]),
    ...(to === undefined ? [] : [`e.id < ${bind(firstIdAt(to))}`]),
    ...(before === undefined ? [] : [`e.id < ${bind(before)}`]),
    ...(after === undefined ? [] : [`e.id > ${bind(after)}`]),
  ];
}

import type { Readable } from 'node:stream';
import { csvStream, formulaSafe } from '../http/csv-answer';
import type { AuditFields } from './audit-event';
import type { StoredAuditEvent } from './stored-audit-event';

const COLUMNS: readonly (readonly [name: string, cell: (row: StoredAuditEvent) => string | null])[] = [
  ['id', (row) => row.id],
  ['startedAt', (row) => row.started_at.toISOString()],
  ['finishedAt', (row) => row.finished_at?.toISOString() ?? null],
  ['accountId', (row) => row.account_id],
  ['actorKind', (row) => row.actor_kind],
  ['actorId', (row) => row.actor_id],
  ['actorName', (row) => row.user_name ?? row.actor_name],
  ['actorEmail', (row) => row.user_email],
  ['actorRole', (row) => row.actor_role],
  ['apiKeyId', (row) => row.api_key_id],
  ['action', (row) => row.action],
  ['operation', (row) => row.operation],
  ['resourceType', (row) => row.resource_type],
  ['resourceId', (row) => row.resource_id],
  ['outcome', (row) => row.outcome],
  ['status', (row) => (row.status === null ? null : String(row.status))],
  ['errorCode', (row) => row.error_code],
  ['address', (row) => row.address],
  ['requestId', (row) => row.request_id],
  ['redactedAt', (row) => row.redacted_at?.toISOString() ?? null],
  ['request', (row) => asJson(row.request)],
  ['before', (row) => asJson(row.before)],
  ['after', (row) => asJson(row.after)],
];

/** One line for each event. Names, and ids of requests, are written by those whom the log is about: none becomes a formula. */
export function auditEventsAsCsv(events: AsyncIterable<StoredAuditEvent>): Readable {
  async function* lines(): AsyncGenerator<string[]> {
    yield COLUMNS.map(([name]) => name);
    for await (const event of events) yield COLUMNS.map(([, cell]) => formulaSafe(cell(event) ?? ''));
  }
  return csvStream(lines());
}

function asJson(fields: AuditFields | null): string | null {
  return fields === null ? null : JSON.stringify(fields);
}

import type { WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import {
  readId,
  readInstant,
  readRecord,
  readText,
  requireId,
  requireWord,
  UnreadableItemError,
} from './json-reader';
import type { ItemPlace, ParsedItems } from './parsed-items';

/** Object `permissions`: one event for each permission that somebody granted or took back. */
export function parsePermissionsEntry(entry: JsonRecord, receivedAt: Date, items: ParsedItems): void {
  const place: ItemPlace = { object: 'permissions', field: null };
  const occurredAt = readInstant(entry, 'time') ?? receivedAt;
  const changes: unknown[] = Array.isArray(entry.changes) ? entry.changes : [];
  const changedFields: unknown[] = Array.isArray(entry.changed_fields) ? entry.changed_fields : [];
  changes.forEach((change, index) => {
    items.add({ ...place, path: `changes[${index}]` }, change, (record) =>
      toEvent(entry, requireWord(record, 'field'), record, occurredAt),
    );
  });
  // A subscription without values names the permissions only.
  changedFields.forEach((field, index) => {
    items.add({ ...place, path: `changed_fields[${index}]` }, { field }, (record) =>
      toEvent(entry, requireWord(record, 'field'), { verb: 'changed' }, occurredAt),
    );
  });
  if (changes.length + changedFields.length === 0) items.reject(place, entry, 'the entry has no changes');
}

/** The verb stands in the value or, for `connected`, on the change itself. */
function toEvent(
  entry: JsonRecord,
  permission: string,
  change: JsonRecord,
  occurredAt: Date,
): WebhookEvent<'permissions.changed'> {
  const value = readRecord(change, 'value') ?? {};
  const verb = readText(value, 'verb') ?? readText(change, 'verb') ?? readText(change, 'value');
  if (verb === undefined) throw new UnreadableItemError('verb is missing');
  return {
    kind: 'permissions.changed',
    occurredAt,
    asset: null,
    parent: null,
    payload: {
      metaUserId: readId(entry, 'uid') ?? requireId(entry, 'id'),
      permission,
      verb,
      targetIds: readTargetIds(value.target_ids ?? change.target_ids),
    },
  };
}

function readTargetIds(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((id: unknown) => readId({ target_ids: id }, 'target_ids') ?? []);
}

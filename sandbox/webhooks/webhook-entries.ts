import { isObject, type JsonObject, type JsonValue } from '../json';

/** One thing to tell: a change, or an item of `messaging[]` or `standby[]`. */
export interface WebhookItem {
  object: string;
  entryId: string;
  /** `flat`: a change whose field and value stand on the entry. */
  kind: 'changes' | 'changed_fields' | 'messaging' | 'standby' | 'flat';
  content: JsonValue;
  /** Unix seconds or milliseconds, as the object has it; left out where Meta leaves it out. */
  entryTime?: number;
}

/** Joins the items of one POST into `entry[]`: one entry for each account, instant and kind. */
export function entriesOf(items: WebhookItem[]): JsonObject[] {
  const entries: { id: string; time?: number; kind: string; list: JsonValue[] }[] = [];
  for (const item of items) {
    const open = entries.find(
      (entry) =>
        item.kind !== 'flat' &&
        entry.id === item.entryId &&
        entry.kind === item.kind &&
        entry.time === item.entryTime,
    );
    if (open) open.list.push(item.content);
    else {
      const time = item.entryTime === undefined ? {} : { time: item.entryTime };
      entries.push({ id: item.entryId, ...time, kind: item.kind, list: [item.content] });
    }
  }
  const isPermissions = items[0]?.object === 'permissions';
  return entries.map(({ id, time, kind, list }) => ({
    id,
    ...(isPermissions && { uid: id }),
    ...(time !== undefined && { time }),
    ...(kind === 'flat' && isObject(list[0]) ? list[0] : { [kind]: list }),
  }));
}

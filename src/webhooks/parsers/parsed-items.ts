import type { UnrecognizedItem, WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import { isRecord, UnreadableItemError } from './json-reader';

/** Where in a delivery an item stands. */
export interface ItemPlace {
  object: string;
  field: string | null;
  /** What leads to it in the value of a change, such as `messages[3]`. */
  path?: string;
}

/** Collects what a delivery's parsers make of its items. */
export class ParsedItems {
  readonly events: WebhookEvent[] = [];
  readonly unrecognized: UnrecognizedItem[] = [];

  /** Makes one event of one item; whatever is wrong with the item costs no other. */
  add(place: ItemPlace, item: unknown, parse: (item: JsonRecord) => WebhookEvent): void {
    const event = this.attempt(place, item, parse);
    if (event !== undefined) this.events.push(event);
  }

  /** Reads one item, or rejects it. */
  attempt<T>(place: ItemPlace, item: unknown, read: (item: JsonRecord) => T): T | undefined {
    try {
      if (!isRecord(item)) throw new UnreadableItemError('is not an object');
      return read(item);
    } catch (error) {
      this.reject(place, item, describe(error));
      return undefined;
    }
  }

  reject({ object, field, path }: ItemPlace, item: unknown, problem: string): void {
    const reason = path === undefined ? problem : `${path}: ${problem}`;
    this.unrecognized.push({ object, field, reason, raw: item });
  }
}

function describe(error: unknown): string {
  if (error instanceof UnreadableItemError) return error.message;
  // A fault of a parser's: it shows in the reason, and its item can be replayed once the parser is mended.
  return `could not be read: ${error instanceof Error ? error.message : String(error)}`;
}

import type { WhatsAppPerson } from '../whatsapp-events';
import type { JsonRecord } from './json-reader';
import { present, readId, readRecord, readRecords, readText, UnreadableItemError } from './json-reader';

/** Ids of a person as an item of a delivery names them; nothing is known of those it does not name. */
export type WhatsAppPersonIds = Pick<WhatsAppPerson, 'waId' | 'bsuid' | 'parentBsuid'>;

/**
 * The people whom a change lists beside its messages. They belong to the messages by their ids: Meta does not promise
 * the same order, nor the same number, and leaves the list out of some changes.
 */
export class WhatsAppContactBook {
  private readonly byWaId = new Map<string, WhatsAppPerson>();
  private readonly byBsuid = new Map<string, WhatsAppPerson>();
  private readonly only: WhatsAppPerson | undefined;

  constructor(value: JsonRecord) {
    const people = readRecords(value, 'contacts').flatMap((contact) => toPerson(contact) ?? []);
    for (const person of people) {
      if (person.waId !== undefined) this.byWaId.set(person.waId, person);
      if (person.bsuid !== undefined) this.byBsuid.set(person.bsuid, person);
    }
    this.only = people.length === 1 ? people[0] : undefined;
  }

  /** The ids given, completed by what the list knows of their owner. */
  complete(ids: WhatsAppPersonIds): WhatsAppPerson {
    const known =
      (ids.bsuid === undefined ? undefined : this.byBsuid.get(ids.bsuid)) ??
      (ids.waId === undefined ? undefined : this.byWaId.get(ids.waId));
    return { ...known, ...ids };
  }

  /** As `complete`; an item that names nobody is about the only person listed, if there is just one. */
  completeOrOnly(ids: WhatsAppPersonIds): WhatsAppPerson {
    return isNobody(ids) ? { ...this.only, ...ids } : this.complete(ids);
  }
}

/** Neither of the ids by which a person is found again. */
export function isNobody(person: WhatsAppPersonIds): boolean {
  return person.waId === undefined && person.bsuid === undefined;
}

/** A business-scoped id; samples of Meta's have a stray small letter before the country. */
export function readBsuid(record: JsonRecord, key: string): string | undefined {
  return readId(record, key)?.replace(/^[a-z](?=[A-Z]{2}\.)/, '');
}

/** The ids beside `prefix`: `from`, `from_user_id`, `from_parent_user_id`, and the same of `to`. */
export function readPersonIds(record: JsonRecord, prefix: 'from' | 'to'): WhatsAppPersonIds {
  return present({
    waId: readId(record, prefix),
    bsuid: readBsuid(record, `${prefix}_user_id`),
    parentBsuid: readBsuid(record, `${prefix}_parent_user_id`),
  });
}

/** `wa_id`, `user_id`, `parent_user_id` and `username` as lists of people have them. */
export function readListedPerson(record: JsonRecord): WhatsAppPerson {
  return present({
    waId: readId(record, 'wa_id'),
    bsuid: readBsuid(record, 'user_id'),
    parentBsuid: readBsuid(record, 'parent_user_id'),
    username: readText(record, 'username'),
  });
}

function toPerson(contact: JsonRecord): WhatsAppPerson | undefined {
  const profile = readRecord(contact, 'profile') ?? {};
  try {
    return {
      ...readListedPerson(contact),
      ...present({
        name: readText(profile, 'name'),
        username: readText(profile, 'username') ?? readText(contact, 'username'),
        identityKeyHash: readText(contact, 'identity_key_hash'),
      }),
    };
  } catch (error) {
    // The messages still name their senders: without this entry they lack a name, no more.
    if (error instanceof UnreadableItemError) return undefined;
    throw error;
  }
}
